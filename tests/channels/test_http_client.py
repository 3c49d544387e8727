"""The HTTP client on the wire: what counts as a complete answer, and which connection may be used again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from channels import http_client
from channels.errors import ErrorClass, SendError
from channels.transport import Response, Transport

# Longer than any machine takes; no test waits for it.
SOON = timedelta(seconds=20)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Wire:
    """A server that answers what it is told: `requests` are those of each connection."""

    host: str = ""
    requests: list[list[bytes]] = field(default_factory=list)


@contextlib.asynccontextmanager
async def wire(*answers: bytes, closes: bool = False, after: asyncio.Event | None = None) -> AsyncIterator[Wire]:
    """Give `answers` in turn, whichever connection asks, `after` an event, and close behind each if it `closes`."""
    told = Wire()
    left = iter(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked: list[bytes] = []
        told.requests.append(asked)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError), contextlib.closing(writer):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked.append(head + await reader.readexactly(_length(head)))
                if after:
                    await after.wait()
                writer.write(next(left))
                await writer.drain()
                if closes:
                    break

    serving: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.ensure_future(serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    told.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield told
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    await asyncio.sleep(0)


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)


async def ask(transport: Transport, server: Wire, **changed: object) -> Response:
    """One request with a body of two bytes."""
    return await transport.request("POST", f"http://{server.host}/", body=b"{}", within=SOON, **changed)  # type: ignore[arg-type]


def answers_to(*answers: bytes, count: int = 1, closes: bool = False) -> tuple[list[Response], Sequence[list[bytes]]]:
    """What `count` requests are answered with, and the requests of each connection."""

    async def run() -> tuple[list[Response], Sequence[list[bytes]]]:
        async with wire(*answers, closes=closes) as server, Transport(private_hosts=[server.host]) as transport:
            return [await ask(transport, server) for _ in range(count)], server.requests

    return asyncio.run(run())


def error_of(attempt: Callable[[], Awaitable[object]]) -> SendError:
    """The error that `attempt` ends with."""

    async def run() -> None:
        await attempt()

    with pytest.raises(SendError) as caught:
        asyncio.run(run())
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nX-Empty:\r\ncontent-length: 2\r\n\r\nok",
    ],
)
def test_an_answer_is_complete_by_its_length_or_its_last_chunk(answer: bytes) -> None:
    found, connections = answers_to(answer, OK, count=2)
    assert [one.body for one in found] == [b"ok", b"ok"]
    assert [len(asked) for asked in connections] == [2]


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    found, connections = answers_to(b"HTTP/1.1 200 OK\r\nX-Word: yes\r\n\r\nok", OK, count=2, closes=True)
    assert [one.body for one in found] == [b"ok", b"ok"]
    assert found[0].headers.get("x-word") == "yes"
    assert len(connections) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"",
    ],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    async def attempt() -> None:
        async with wire(answer, closes=True) as server, Transport(private_hosts=[server.host]) as transport:
            await ask(transport, server)

    assert error_of(attempt).error_class is ErrorClass.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 2_000_000,
        b"HTTP/1.1 200 OK\r\nX-Endless: " + b"x" * 2_000_000,
        b"HTTP/1.1 200 OK\r\n" + b"X-Again: and again\r\n" * 100_000,
    ],
    ids=["body", "one header", "many headers"],
)
def test_an_answer_without_an_end_is_not_read_to_it(answer: bytes) -> None:
    async def attempt() -> None:
        async with wire(answer) as server, Transport(private_hosts=[server.host]) as transport:
            await ask(transport, server)

    assert error_of(attempt).code == "answer_too_large"


@pytest.mark.parametrize("extra", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra", b"garbage"])
def test_a_connection_on_which_more_came_than_was_asked_for_is_not_used_again(extra: bytes) -> None:
    found, connections = answers_to(OK + extra, OK, count=2)
    assert [one.body for one in found] == [b"ok", b"ok"]
    assert len(connections) == 2


def test_a_connection_that_the_vendor_closes_is_not_used_again() -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    assert len(answers_to(closing, OK, count=2)[1]) == 2


def test_a_connection_that_rested_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "KEEP_ALIVE", timedelta(milliseconds=20))

    async def run() -> int:
        async with wire(OK, OK) as server, Transport(private_hosts=[server.host]) as transport:
            await ask(transport, server)
            await asyncio.sleep(0.05)
            await ask(transport, server)
            return len(server.requests)

    assert asyncio.run(run()) == 2


def test_a_late_answer_is_never_taken_for_that_of_the_next_request() -> None:
    async def run() -> tuple[SendError, bytes]:
        late, given_up = OK.replace(b"ok", b"A!"), asyncio.Event()
        async with wire(late, OK, after=given_up) as server, Transport(private_hosts=[server.host]) as transport:
            with pytest.raises(SendError) as caught:
                await transport.request("POST", f"http://{server.host}/", within=timedelta(seconds=2))
            given_up.set()
            return caught.value, (await ask(transport, server)).body

    error, body = asyncio.run(run())
    assert (error.error_class, error.code) == (ErrorClass.UNKNOWN, "no_answer")
    assert body == b"ok"


@pytest.mark.parametrize("headers", [{"X-Key": "1\r\nX-Other: 2"}, {"X-Key": "1\n2"}, {"X Key": "1"}, {"": "1"}])
def test_a_header_can_bring_no_other(headers: dict[str, str]) -> None:
    async def attempt() -> None:
        async with wire(OK) as server, Transport(private_hosts=[server.host]) as transport:
            try:
                await ask(transport, server, headers=headers)
            finally:
                assert server.requests == []

    error = error_of(attempt)
    assert (error.error_class, error.code) == (ErrorClass.ACCOUNT, "bad_header")


def test_a_request_says_what_it_is() -> None:
    async def run() -> bytes:
        async with wire(OK) as server, Transport(private_hosts=[server.host]) as transport:
            url = f"http://user:p%40ss@{server.host}/send?to=1%202"
            await transport.request("POST", url, headers={"X-Key": "ключ"}, body=b"{}", within=SOON)
            return server.requests[0][0].replace(server.host.encode(), b"HOST")

    assert asyncio.run(run()).split(b"\r\n") == [
        b"POST /send?to=1%202 HTTP/1.1",
        b"Host: HOST",
        b"User-Agent: Cascade",
        b"Accept: */*",
        b"Authorization: Basic dXNlcjpwQHNz",
        "X-Key: ключ".encode(),
        b"Content-Length: 2",
        b"",
        b"{}",
    ]


def test_a_client_that_is_closed_leaves_nobody_waiting() -> None:
    async def run() -> None:
        is_asked = asyncio.Event()

        async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer):
                await reader.readuntil(b"\r\n\r\n")
                is_asked.set()
                await reader.read()

        async with await asyncio.start_server(stay_silent, "127.0.0.1", 0) as server:
            host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            transport = Transport(private_hosts=[host])
            asked = asyncio.ensure_future(transport.request("GET", f"http://{host}/", within=timedelta(hours=1)))
            await is_asked.wait()
            await transport.close()
            await asked

    with pytest.raises(SendError) as caught:
        asyncio.run(run())
    assert caught.value.code == "closed"
