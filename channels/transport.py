"""The only module that opens an outgoing connection.

It decides where a connection may go (channels/destinations.py), how long it may take, how much of an
answer is read, and what a failure means for the message. docs/decisions/0010 tells how statuses and
failures are judged.
"""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Self

from yarl import URL

from channels.destinations import ForbiddenDestination, ResolvedAddress, resolve
from channels.errors import ErrorClass, SendError
from channels.http_client import HttpClient, NoAnswer, NotConnected
from channels.redaction import detail

CONNECT_TIMEOUT = timedelta(seconds=8)
NAMES_KEPT = timedelta(seconds=30)


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
        self._http = HttpClient(self._connect)
        self._names: dict[tuple[str, int], tuple[float, Sequence[ResolvedAddress]]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        self._http.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        within: timedelta = timedelta(seconds=20),
    ) -> Response:
        """Send one request and read the complete answer `within` a time; follow no redirect, judge no status.

        Raises SendError: NOT_SENT when the request surely did not leave, UNKNOWN when it may have been
        taken, ACCOUNT when the address itself cannot be used.
        """
        # Connecting ends well before the whole does, so that a total time-out always means: written.
        connect = min(CONNECT_TIMEOUT, within / 2)
        try:
            answer = await self._http.request(
                method, self._target(url), headers=headers or {}, body=body, within=within, connect=connect
            )
        except NotConnected as error:
            raise self._judged_before_writing(error.__cause__ or error) from error
        except ForbiddenDestination as error:
            raise self._judged_before_writing(error) from error
        except NoAnswer as error:
            raise SendError(ErrorClass.UNKNOWN, code=error.code, detail=self.redacted(str(error))) from error
        except ValueError as error:
            raise SendError(ErrorClass.ACCOUNT, code="bad_header", detail=self.redacted(str(error))) from error
        return Response(answer.status, answer.headers, answer.body)

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
        for address in await self._resolved(host, port):
            connection = socket.socket(address.family, socket.SOCK_STREAM)
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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

    async def _resolved(self, host: str, port: int) -> Sequence[ResolvedAddress]:
        """The permitted addresses of `host`, asked for again after NAMES_KEPT."""
        now = time.monotonic()
        kept_until, addresses = self._names.get((host, port), (0.0, ()))
        if now >= kept_until:
            addresses = tuple(await resolve(host, port, private_hosts=self._private_hosts))
            self._names[host, port] = now + NAMES_KEPT.total_seconds(), addresses
        return addresses

    def _target(self, url: str) -> URL:
        try:
            return web_address(url)
        except ValueError as error:
            told = self.redacted(f"This is not a web address: {url}")
            raise SendError(ErrorClass.ACCOUNT, code="bad_url", detail=told) from error

    def _judged_before_writing(self, error: BaseException) -> SendError:
        if isinstance(error, ForbiddenDestination):
            told = f"{error} is not on the public internet, and CASCADE_PRIVATE_HOSTS does not name it"
            return SendError(ErrorClass.ACCOUNT, code="forbidden_address", detail=self.redacted(told))
        code = "connect_timeout" if isinstance(error, TimeoutError) else "not_connected"
        return SendError(ErrorClass.NOT_SENT, code=code, detail=self.redacted(f"{type(error).__name__} {error}"))


@lru_cache(maxsize=1024)
def web_address(url: str) -> URL:
    """`url`, taken apart. Raises ValueError for what is no address of a web server."""
    target = URL(url)
    if target.scheme not in {"http", "https"} or not target.raw_host or target.port is None:
        raise ValueError("not http, or without a host")
    return target


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
