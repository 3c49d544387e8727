"""A load generator in a process of its own: asks as fast as the web server answers, or at a rate, and notes answers.

python -m tests.bench.load <folder> <port> <connections> <seconds> <rate>

`rate` 0 is the closed loop: each of the connections asks again when it was answered. Otherwise so many requests a
second are begun, whether or not earlier ones were answered, and an answer's time counts from when its request was due.
"""

import asyncio
import gc
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import uvloop
from yarl import URL

from channels.http_client import MAX_CONNECTIONS, HttpClient, NoAnswer, NotConnected
from channels.signing import signature
from tests.bench.ground import FOLDER

WITHIN = timedelta(seconds=30)
NO_ANSWER = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What to ask for. With a `secret` it is a webhook of the sandbox vendor, signed when it leaves."""

    path: str
    body: str = ""
    secret: str = ""
    cookie: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What became of the request with this `number`: its status (0: none came), and when, in seconds since 1970."""

    number: int
    due_at: float
    answered_at: float
    status: int

    @property
    def is_success(self) -> bool:
        """Whether it was answered, and with what it should be."""
        return 200 <= self.status < 400

    @property
    def milliseconds(self) -> float:
        """How long the answer took."""
        return (self.answered_at - self.due_at) * 1000


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a run of the generator came to, and its own processor time."""

    answers: list[Answered]
    cpu_s: float

    @property
    def rate(self) -> float:
        """Successful answers a second, between the first request and the last answer."""
        good = [one for one in self.answers if one.is_success]
        if not good:
            return 0
        return len(good) / (max(one.answered_at for one in good) - min(one.due_at for one in good))

    @property
    def seconds(self) -> float:
        """How long requests were made, from the first that was due to the last."""
        due = [one.due_at for one in self.answers]
        return max(due) - min(due)

    def milliseconds(self) -> list[float]:
        """How long each successful answer took."""
        return [one.milliseconds for one in self.answers if one.is_success]


class Asker:
    """Asks the web server on `port`, each request on a connection of its own or one that is free."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._client = HttpClient(_connect)

    async def ask(self, number: int, request: Request, *, due_at: float) -> Answered:
        """Send `request` and wait for its answer."""
        url = URL(f"http://127.0.0.1:{self._port}{request.path}", encoded=True)
        method, headers = ("POST", _signed(request)) if request.secret else ("GET", _known(request))
        try:
            answer = await self._client.request(
                method, url, headers=headers, body=request.body.encode(), within=WITHIN, connect=WITHIN
            )
            status = answer.status
        except (NoAnswer, NotConnected):
            status = NO_ANSWER
        return Answered(number=number, due_at=due_at, answered_at=time.time(), status=status)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def _known(request: Request) -> dict[str, str]:
    return {"Cookie": request.cookie} if request.cookie else {}


def _signed(request: Request) -> dict[str, str]:
    timestamp = str(int(time.time()))
    signed = signature(request.secret, timestamp=timestamp, body=request.body.encode())
    return {"Content-Type": "application/json", "X-Sandbox-Timestamp": timestamp, "X-Sandbox-Signature": signed}


async def _connect(host: str, port: int) -> socket.socket:
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.get_running_loop().sock_connect(connection, (host, port))
    return connection


def generate(
    requests: Sequence[Request], *, folder: Path, port: int, connections: int, seconds: float, rate: float = 0
) -> Iterator[Load | None]:
    """Run the generator over `requests` for `seconds`; gives None each second, and what it came to in the end."""
    folder.mkdir(parents=True)
    with (folder / "requests").open("w") as file:
        file.writelines(json.dumps(asdict(request)) + "\n" for request in requests)
    arguments = [str(folder), str(port), str(connections), str(seconds), str(rate)]
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.load", *arguments], cwd=FOLDER)
    while process.poll() is None:
        time.sleep(1)
        yield None
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    yield _read(folder)


def _read(folder: Path) -> Load:
    cpu_s, *lines = (folder / "answers").read_text().splitlines()
    answers = [Answered(**json.loads(line)) for line in lines]
    return Load(answers=answers, cpu_s=float(cpu_s))


async def _closed(
    asker: Asker, requests: Iterable[tuple[int, Request]], *, connections: int, seconds: float
) -> list[Answered]:
    answers: list[Answered] = []
    ends_at = time.monotonic() + seconds
    left = iter(requests)

    async def ask_on() -> None:
        for number, request in left:
            answers.append(await asker.ask(number, request, due_at=time.time()))
            if time.monotonic() >= ends_at:
                return

    await asyncio.gather(*(ask_on() for _ in range(connections)))
    return answers


async def _open(
    asker: Asker, requests: Iterable[tuple[int, Request]], *, seconds: float, rate: float
) -> list[Answered]:
    began = time.time()
    asked: list[asyncio.Task[Answered]] = []
    for number, request in requests:
        due_at = began + number / rate
        if due_at - began >= seconds:
            break
        await asyncio.sleep(max(due_at - time.time(), 0))
        asked.append(asyncio.create_task(asker.ask(number, request, due_at=due_at)))
    return await asyncio.gather(*asked)


async def _run(folder: Path, port: int, *, connections: int, seconds: float, rate: float) -> list[Answered]:
    requests = [Request(**json.loads(line)) for line in (folder / "requests").read_text().splitlines()]
    asker = Asker(port)
    try:
        if rate:
            return await _open(asker, enumerate(requests), seconds=seconds, rate=rate)
        return await _closed(asker, enumerate(requests), connections=min(connections, MAX_CONNECTIONS), seconds=seconds)
    finally:
        asker.close()


def main(folder: Path, port: int, connections: int, *, seconds: float, rate: float) -> None:
    """Run, and write the processor time and then each answer, a line of `folder`/answers each.

    All that was asked is kept until the end: Python's search for rubbish finds none, and answers wait for it.
    """
    gc.disable()
    answers = uvloop.run(_run(folder, port, connections=connections, seconds=seconds, rate=rate))
    with (folder / "answers").open("w") as file:
        file.write(f"{time.process_time()}\n")
        file.writelines(json.dumps(asdict(answer)) + "\n" for answer in answers)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), seconds=float(sys.argv[4]), rate=float(sys.argv[5]))
