"""An HTTP/1.1 client for one thing: many small requests to few hosts, and certainty whether one was written.

The parser is llhttp (httptools). aiohttp's client took five times the processor time of a request: docs/benchmarks.md.
Where a connection may go is the caller's to say: it gives the function that connects.
"""

import asyncio
import base64
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import cast

import httptools
from multidict import CIMultiDict
from yarl import URL

# With its headers, in bytes.
MAX_ANSWER = 1024 * 1024
# Shorter than any gateway's own keep-alive: a request written to a connection that the other side has
# just closed for idleness would be an unknown for nothing.
KEEP_ALIVE = timedelta(seconds=2)
MAX_CONNECTIONS = 256
# How often the requests under way are looked at for one that takes too long: a timer for each costs more than asking.
LOOK_EVERY = timedelta(seconds=0.1)

# RFC 9110, sections 5.1 and 5.5.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Connect = Callable[[str, int], Awaitable[socket.socket]]


class NotConnected(Exception):
    """The request surely did not leave; the cause says why."""


class NoAnswer(Exception):
    """The request was written, or a part of it, and no complete answer came; `code` says what came instead."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class Headers(Mapping[str, str]):
    """The headers of an answer, by their names in any case: taken apart when somebody asks, which is rare."""

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    @cached_property
    def _read(self) -> CIMultiDict[str]:
        return CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in self._pairs)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; `body` as it came, but for chunks."""

    status: int
    headers: Headers
    body: bytes


@dataclass(slots=True)
class _Reading:
    """The answer that a connection is reading, which has to be complete by `ends_at` (of the loop's clock)."""

    done: "asyncio.Future[Answer]"
    ends_at: float
    has_head: bool = False
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def ends_with_connection(self) -> bool:
        """Whether it has begun, and told no other way to know its end."""
        return self.has_head and not _LENGTHS & {name.lower() for name, _ in self.headers}


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self) -> None:
        self.is_usable = True
        self.idle_since = 0.0
        self._transport: asyncio.Transport
        self._parser = httptools.HttpResponseParser(self)
        self._reading: _Reading | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = cast(asyncio.Transport, transport)

    @property
    def is_free(self) -> bool:
        """Whether another request may be written."""
        return self.is_usable and self._reading is None and not self._transport.is_closing()

    def ask(self, written: bytes, done: "asyncio.Future[Answer]", ends_at: float) -> None:
        """Write a request whose answer shall be in `done` by `ends_at`."""
        self._reading = _Reading(done, ends_at)
        self._transport.write(written)

    def look(self, now: float) -> bool:
        """Give up an answer that was to be complete before `now`; gives whether one is still awaited."""
        if self._reading and self._reading.ends_at <= now:
            self._fail(NoAnswer("no_answer"))
        return self._reading is not None

    def give_up(self) -> None:
        """Close at once; what is under way gets no answer."""
        self._fail(NoAnswer("closed"))
        self.close()

    def close(self) -> None:
        """Close at once, whatever is under way."""
        self.is_usable = False
        self._reading = None
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for ends the connection, and so does an answer without an end."""
        if self._reading is None:
            self.close()
            return
        self._reading.size += len(data)
        if self._reading.size > MAX_ANSWER:
            self._fail(NoAnswer("answer_too_large"))
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(NoAnswer("broken_answer", f"{type(error).__name__} {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        """An answer without a length ends with its connection; any other is cut off."""
        self.is_usable = False
        reading = self._reading
        if reading and error is None and reading.ends_with_connection:
            self._finish()
        else:
            self._fail(NoAnswer("broken_answer", f"{type(error).__name__} {error}" if error else "cut off"))

    def on_message_begin(self) -> None:
        """The parser has met an answer; one that nobody waits for ends the connection."""
        if self._reading is None:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser has read a header."""
        if self._reading:
            self._reading.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The parser has read all headers."""
        if self._reading:
            self._reading.has_head = True

    def on_body(self, chunk: bytes) -> None:
        """The parser has read a piece of the body."""
        if self._reading:
            self._reading.chunks.append(chunk)

    def on_message_complete(self) -> None:
        """The parser has read an answer; those below 200 only announce it."""
        if self._reading and self._parser.get_status_code() < 200:
            self._reading.headers.clear()
            self._reading.has_head = False
            return
        self.is_usable = self.is_usable and self._parser.should_keep_alive()
        self._finish()

    def _finish(self) -> None:
        reading, self._reading = self._reading, None
        if reading and not reading.done.done():
            reading.done.set_result(
                Answer(self._parser.get_status_code(), Headers(reading.headers), b"".join(reading.chunks))
            )

    def _fail(self, error: NoAnswer) -> None:
        reading = self._reading
        self.close()
        if reading and not reading.done.done():
            reading.done.set_exception(error)


class HttpClient:
    """Connections to any number of hosts, within one event loop, kept for a moment and used again."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._idle: dict[tuple[str, str, int], list[_Connection]] = {}
        self._open: set[_Connection] = set()
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)
        self._tls: ssl.SSLContext | None = None
        self._look_later: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """Close every connection."""
        if self._look_later:
            self._look_later.cancel()
        for connection in list(self._open):
            connection.give_up()
        self._open.clear()
        self._idle.clear()

    async def request(
        self, method: str, url: URL, *, headers: Mapping[str, str], body: bytes, within: timedelta, connect: timedelta
    ) -> Answer:
        """Send one request and read the complete answer `within` a time; connecting may take `connect` of it.

        Raises NotConnected, NoAnswer, and ValueError for a header that none can be.
        """
        written = _write(method, url, headers, body)
        loop = asyncio.get_running_loop()
        async with self._room:
            ends_at = loop.time() + within.total_seconds()
            connection = await self._connection(url, connect)
            done: asyncio.Future[Answer] = loop.create_future()
            try:
                connection.ask(written, done, ends_at)
                self._look_after()
                return await done
            finally:
                self._put_back(url, connection)

    def _look_after(self) -> None:
        """See to it that the requests under way are looked at."""
        if self._look_later is None:
            self._look_later = asyncio.get_running_loop().call_later(LOOK_EVERY.total_seconds(), self._look)

    def _look(self) -> None:
        self._look_later = None
        now = asyncio.get_running_loop().time()
        are_awaited = [connection.look(now) for connection in self._open]
        if any(are_awaited):
            self._look_after()

    async def _connection(self, url: URL, within: timedelta) -> _Connection:
        now = asyncio.get_running_loop().time()
        idle = self._idle.get(_place(url), [])
        while idle:
            connection = idle.pop()
            if connection.is_free and now - connection.idle_since < KEEP_ALIVE.total_seconds():
                return connection
            self._drop(connection)
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._connected(url)
        except (OSError, TimeoutError) as error:
            raise NotConnected from error

    async def _connected(self, url: URL) -> _Connection:
        host = url.raw_host or ""
        link = await self._connect(host, url.port or 0)
        tls, server_hostname = (self._tls_context(), host) if url.scheme == "https" else (None, None)
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, sock=link, ssl=tls, server_hostname=server_hostname
            )
        except BaseException:
            link.close()
            raise
        self._open.add(connection)
        return connection

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def _put_back(self, url: URL, connection: _Connection) -> None:
        """Keep a connection whose answer is complete; close one that was given up."""
        if connection.is_free:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.setdefault(_place(url), []).append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: _Connection) -> None:
        connection.close()
        self._open.discard(connection)


def _place(url: URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host or "", url.port or 0


def _write(method: str, url: URL, headers: Mapping[str, str], body: bytes) -> bytes:
    """The request as it goes over the wire. Raises ValueError."""
    lines = [_head(method, url)]
    for name, value in headers.items():
        if not _is_name(name) or (not value.isprintable() and _FORBIDDEN_IN_VALUE.search(value)):
            raise ValueError(f"the header {name!r} cannot be sent")
        lines.append(f"{name}: {value}")
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


@lru_cache(maxsize=256)
def _head(method: str, url: URL) -> str:
    """What is the same in all requests to `url`."""
    lines = [f"{method} {url.raw_path_qs} HTTP/1.1", f"Host: {_host(url)}", "User-Agent: Cascade", "Accept: */*"]
    if url.raw_user is not None:
        credentials = f"{url.user or ''}:{url.password or ''}".encode()
        lines.append(f"Authorization: Basic {base64.b64encode(credentials).decode()}")
    return "\r\n".join(lines)


@lru_cache(maxsize=256)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _host(url: URL) -> str:
    host = url.raw_host or ""
    named = f"[{host}]" if ":" in host else host
    return named if url.is_default_port() else f"{named}:{url.port}"
