"""The only module that opens an outgoing connection.

It decides where a connection may go (channels/destinations.py), how long it may take, how much of an
answer is read, and what a failure means for the message. docs/decisions/0010 tells how statuses and
failures are judged.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from channels.destinations import ForbiddenDestination, resolve
from channels.errors import ErrorClass, SendError
from channels.redaction import detail

CONNECT_TIMEOUT = timedelta(seconds=8)
MAX_ANSWER = 1024 * 1024
# Shorter than any gateway's own keep-alive: a request written to a connection that the other side has
# just closed for idleness would be an unknown for nothing.
KEEP_ALIVE = timedelta(seconds=2)
NAMES_KEPT = timedelta(seconds=30)
MAX_CONNECTIONS = 256


@dataclass(frozen=True)
class Response:
    """A complete answer: `status`, `headers` (any case), raw `body`."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is the vendor's own success. A redirect never is."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON. Raises SendError UNKNOWN: who answers something else may still have sent."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise SendError(ErrorClass.UNKNOWN, code="not_json", detail=self.text()) from error

    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode(errors="replace")


class Transport:
    """Outgoing connections of one account, within one event loop; HTTP ones are kept and used again.

    `private_hosts` are the "host:port" that may be on a private network, `secrets` what no error text
    may show.
    """

    def __init__(self, *, private_hosts: Iterable[str] = (), secrets: Iterable[str] = ()) -> None:
        self._private_hosts = frozenset(private_hosts)
        self._secrets = tuple(secrets)
        self._session: aiohttp.ClientSession | None = None
        # Addresses written in digits that were judged already: unlike names they stay what they are.
        self._permitted: set[tuple[str, int]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        within: timedelta = timedelta(seconds=20),
    ) -> Response:
        """Send one request and read the complete answer `within` a time; follow no redirect, judge no status.

        Raises SendError: NOT_SENT when the request surely did not leave, UNKNOWN when it may have been
        taken, ACCOUNT when the address itself cannot be used.
        """
        target = self._target(url)
        try:
            await self._refuse_literal(target)
            async with self._opened().request(
                method, target, headers=headers, data=body, allow_redirects=False, timeout=_limits(within)
            ) as answer:
                return Response(answer.status, answer.headers, await _read(answer))
        except (aiohttp.ClientError, ForbiddenDestination, OSError, TimeoutError) as error:
            raise self._judged(error) from error

    async def open_connection(self, host: str, port: int, *, within: timedelta = CONNECT_TIMEOUT) -> socket.socket:
        """A connected TCP socket to a permitted address of `host`. Raises SendError NOT_SENT or ACCOUNT."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._connect(host, port)
        except (ForbiddenDestination, OSError, TimeoutError) as error:
            raise self._judged_before_writing(error) from error

    def redacted(self, text: str) -> str:
        """`text` as it may be kept: without secrets, on one line, not too long."""
        return detail(text, self._secrets)

    async def _connect(self, host: str, port: int) -> socket.socket:
        """Try the addresses one after another, as a name may have some that are out of order."""
        failure: OSError = OSError("no address")
        for address in await resolve(host, port, private_hosts=self._private_hosts):
            connection = socket.socket(address.family, socket.SOCK_STREAM)
            connection.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(connection, (address.ip, address.port))
            except OSError as error:
                connection.close()
                failure = error
            except BaseException:
                connection.close()
                raise
            else:
                return connection
        raise failure

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=PermittedResolver(self._private_hosts),
                limit=MAX_CONNECTIONS,
                ttl_dns_cache=int(NAMES_KEPT.total_seconds()),
                keepalive_timeout=KEEP_ALIVE.total_seconds(),
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": "Cascade"}
            )
        return self._session

    def _target(self, url: str) -> URL:
        wrong = SendError(ErrorClass.ACCOUNT, code="bad_url", detail=self.redacted(f"This is not a web address: {url}"))
        try:
            target = URL(url)
            has_port = target.port is not None
        except ValueError as error:
            raise wrong from error
        if target.scheme not in {"http", "https"} or not target.raw_host or not has_port:
            raise wrong
        return target

    async def _refuse_literal(self, target: URL) -> None:
        """aiohttp asks no resolver about a host that is written as an address, so it is checked here."""
        place = target.raw_host or "", target.port or 0
        if place not in self._permitted and (":" in place[0] or place[0].replace(".", "").isdigit()):
            await resolve(*place, private_hosts=self._private_hosts)
            self._permitted.add(place)

    def _judged(self, error: Exception) -> SendError:
        """What `error` means: only what surely happened before the request was written is NOT_SENT."""
        is_before_writing = isinstance(
            error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | ForbiddenDestination
        )
        if is_before_writing or isinstance(error, socket.gaierror):
            return self._judged_before_writing(error)
        if isinstance(error, aiohttp.InvalidURL):
            return SendError(ErrorClass.ACCOUNT, code="bad_url", detail=self.redacted(str(error)))
        code = "no_answer" if isinstance(error, TimeoutError) else "broken_answer"
        return SendError(ErrorClass.UNKNOWN, code=code, detail=self.redacted(f"{type(error).__name__} {error}"))

    def _judged_before_writing(self, error: Exception) -> SendError:
        if isinstance(error, ForbiddenDestination):
            told = f"{error} is not on the public internet, and CASCADE_PRIVATE_HOSTS does not name it"
            return SendError(ErrorClass.ACCOUNT, code="forbidden_address", detail=self.redacted(told))
        code = "connect_timeout" if isinstance(error, TimeoutError) else "not_connected"
        return SendError(ErrorClass.NOT_SENT, code=code, detail=self.redacted(f"{type(error).__name__} {error}"))


class PermittedResolver(AbstractResolver):
    """Gives aiohttp only addresses that a connection may go to; aiohttp connects to what it was given."""

    def __init__(self, private_hosts: Iterable[str]) -> None:
        self._private_hosts = frozenset(private_hosts)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The permitted addresses of `host`. Raises OSError and ForbiddenDestination."""
        found = await resolve(host, port, private_hosts=self._private_hosts, family=family)
        return [
            ResolveResult(
                hostname=host,
                host=address.ip,
                port=port,
                family=address.family,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


def _limits(within: timedelta) -> aiohttp.ClientTimeout:
    """Connecting ends well before the whole does, so that a total time-out always means: written."""
    total = within.total_seconds()
    return aiohttp.ClientTimeout(total=total, connect=min(CONNECT_TIMEOUT.total_seconds(), total / 2))


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > MAX_ANSWER:
            raise SendError(ErrorClass.UNKNOWN, code="answer_too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def status_error(response: Response, *, told: str = "") -> SendError | None:
    """What the status of `response` asks for, None for a success; `told` are the vendor's (redacted) words.

    A provider looks at its vendor's own codes first and leaves the rest to this.
    """
    if response.is_success:
        return None
    wait = retry_after(response.headers)
    return SendError(
        _status_class(response.status, has_wait=wait is not None),
        code=f"http_{response.status}",
        detail=told or detail(response.text()),
        retry_after=wait,
    )


def _status_class(status: int, *, has_wait: bool) -> ErrorClass:
    if status == 429 or (status == 503 and has_wait):
        return ErrorClass.THROTTLED
    if status >= 500 or status in {408, 409} or status < 200:
        return ErrorClass.UNKNOWN
    # A redirect is a wrong address or a sign-in page before the gateway: somebody has to look.
    if status < 400 or status in {401, 402, 403, 404, 405, 407, 410}:
        return ErrorClass.ACCOUNT
    return ErrorClass.CONTENT


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the Retry-After header asks to wait (seconds or a date); None without a readable one."""
    written = headers.get("Retry-After", "").strip()
    if written.isascii() and written.isdigit():
        return timedelta(seconds=min(int(written), 86_400))
    with contextlib.suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(written)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(aware - datetime.now(UTC), timedelta()), timedelta(days=1))
    return None
