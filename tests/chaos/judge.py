"""The vendor as judge: a real HTTP server that notes every request it took, and answers as a case has told it.

What it noted decides whether somebody got a message twice, whatever the product believes.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

KEY_HEADER = "Idempotency-Key"
# Longer than the engine waits by itself before it tries again (receipts.FIRST_RETRY): so it shows who was obeyed.
RETRY_AFTER_S = 12
# Closing a socket that lingers for no time sends a reset instead of an end.
NO_LINGER = struct.pack("ii", 1, 0)


class Answer(StrEnum):
    """What the judge does with a request that it has read to its end."""

    ACCEPT = "accepted"
    # Nothing comes until `release`, or ever.
    HOLD = "held"
    FAIL = "500"
    # Surely not taken: 429 with Retry-After.
    REFUSE = "429"
    # Taken, and the answer is cut in the middle.
    HALF = "half an answer"
    # Taken, and the connection is reset.
    RESET = "reset"


@dataclass(kw_only=True)
class Taken:
    """A request as it came. `is_repeat` says that the judge knew its key and sent nothing for it."""

    key: str
    recipient: str
    at: datetime
    answer: Answer
    is_repeat: bool = False
    is_answered: bool = False

    @property
    def may_have_arrived(self) -> bool:
        """Whether the person may have got a message of it: all but what was refused, or recognised."""
        return self.answer is not Answer.REFUSE and not self.is_repeat


Script = Callable[[int], Answer]


def always(answer: Answer) -> Script:
    """Every request is answered by `answer`."""
    return lambda _number: answer


def first(count: int, answer: Answer, *, then: Answer = Answer.ACCEPT) -> Script:
    """The next `count` requests are answered by `answer`, the others by `then`."""
    return lambda number: answer if number < count else then


@dataclass(kw_only=True)
class Judge:
    """A vendor at `url`. Read and told from the thread of the case, it runs in one of its own."""

    url: str = ""
    honours_keys: bool = False
    # Answers come so much later.
    delay_s: float = 0.0
    taken: list[Taken] = field(default_factory=list)
    _script: Script = field(default=always(Answer.ACCEPT))
    _played: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    @property
    def host(self) -> str:
        """Host and port, as settings.PRIVATE_HOSTS names them."""
        return self.url.removeprefix("http://").partition("/")[0]

    @property
    def held(self) -> int:
        """How many requests wait for their answer."""
        return sum(one.answer is Answer.HOLD and not one.is_answered for one in self.taken)

    def play(self, script: Script) -> None:
        """Answer by `script` from now on; it is asked with the number of the request, from 0."""
        self._played, self._script, self._released = 0, script, asyncio.Event()

    def release(self) -> None:
        """Answer what is held, with success, and everything from now on."""
        assert self._loop is not None
        self._script = always(Answer.ACCEPT)
        # The event itself, not the attribute: the next `play` may come before the loop's turn.
        self._loop.call_soon_threadsafe(self._released.set)

    def begin(self) -> None:
        """A new case: nothing was taken, and everything is accepted."""
        self.release()
        self.taken, self.honours_keys, self.delay_s = [], False, 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read and answer the requests of one connection until the other side has gone."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = _headers(head)
                body = await reader.readexactly(int(headers["content-length"]))
                if not await self._answer(self._take(headers, body), writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # a killed worker says no goodbye
        finally:
            writer.close()

    def _take(self, headers: dict[str, str], body: bytes) -> Taken:
        key = headers[KEY_HEADER.lower()]
        is_known = self.honours_keys and any(one.key == key and one.may_have_arrived for one in self.taken)
        one = Taken(
            key=key,
            recipient=json.loads(body)["to"],
            at=datetime.now(UTC),
            answer=self._script(self._played),
            is_repeat=is_known,
        )
        self._played += 1
        self.taken.append(one)
        return one

    async def _answer(self, one: Taken, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; gives whether the connection is still of use."""
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if one.answer is Answer.HOLD:
            await self._released.wait()
        if one.answer is Answer.RESET:
            link: socket.socket = writer.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            writer.transport.abort()
            return False
        written = _written(one)
        writer.write(written[: len(written) // 2] if one.answer is Answer.HALF else written)
        await writer.drain()
        one.is_answered = one.answer is not Answer.HALF
        return one.is_answered


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _written(one: Taken) -> bytes:
    status = {Answer.FAIL: "500 Internal Server Error", Answer.REFUSE: "429 Too Many Requests"}
    wait = f"Retry-After: {RETRY_AFTER_S}\r\n" if one.answer is Answer.REFUSE else ""
    body = json.dumps({"id": f"judge-{one.key}"}).encode()
    head = f"HTTP/1.1 {status.get(one.answer, '200 OK')}\r\n{wait}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@asynccontextmanager
async def running_judge() -> AsyncIterator[Judge]:
    """A judge on a free port of the loopback until the block ends."""
    judge = Judge(_loop=asyncio.get_running_loop())
    server = await asyncio.start_server(judge.serve, "127.0.0.1", 0, backlog=1024)
    judge.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send"
    try:
        yield judge
    finally:
        server.close()
