"""The limit: how fast two processes that only ask are answered by the sink, with the product's bodies.

Once with the product's own HTTP client, once with aiohttp's: what a request costs before anything is kept.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import uvloop

from channels.transport import Transport
from tests.bench.asked import asked
from tests.bench.runs import RUN, summed_up
from tests.bench.sink import KEY_HEADER, Sink, sink
from tests.bench.telling import tell

REQUESTS = 100_000
PROCESSES = 2
AT_ONCE = 128
RUNS = 3
WITHIN = timedelta(seconds=20)
TEXT = "Hello Konstantin, our autumn collection is here. See it before the others do: https://go.shop.example/c/aB3xK9Lm2Qp"

Ask = Callable[[bytes, dict[str, str]], Coroutine[Any, Any, None]]
Client = Callable[[str], Coroutine[Any, Any, None]]


async def _with_ours(url: str) -> None:
    async with Transport(private_hosts=[urlsplit(url).netloc]) as transport:

        async def ask(body: bytes, headers: dict[str, str]) -> None:
            await transport.request("POST", url, headers=headers, body=body, within=WITHIN)

        await _ask_all(ask)


async def _with_aiohttp(url: str) -> None:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(body: bytes, headers: dict[str, str]) -> None:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()

        await _ask_all(ask)


async def _ask_all(ask: Ask) -> None:
    """One process's share of the requests, AT_ONCE at once."""
    requests = _requests()

    async def ask_on() -> None:
        for body, headers in requests:
            await ask(body, headers)

    await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))


def _requests() -> Iterator[tuple[bytes, dict[str, str]]]:
    for number in range(asked("PEOPLE", REQUESTS) // PROCESSES):
        body = json.dumps({"to": f"+38050{number:07}", "from": "SHOP", "text": TEXT}).encode()
        yield body, {"Content-Type": "application/json", KEY_HEADER: f"{number:032x}"}


def _share(client: Client, url: str) -> float:
    """The processor time of one process's share, in seconds."""
    began = time.process_time()
    uvloop.run(client(url))
    return time.process_time() - began


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Each client RUNS times; gives the rows. Raises NoSink."""
    runs = []
    with sink(folder / "sink") as vendor, ProcessPoolExecutor(PROCESSES) as pool:
        for name, client in (("ours", _with_ours), ("aiohttp", _with_aiohttp)):
            for run in range(1, RUNS + 1):
                runs.append({RUN: run, "client": name, **_ask_once(client, vendor, pool)})
                yield runs[-1]
    yield from summed_up(runs)


def _ask_once(client: Client, vendor: Sink, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """The rest of the row of a run of `client`."""
    requests, sink_cpu_s = asked("PEOPLE", REQUESTS), vendor.cpu_s()
    began = time.perf_counter()
    used = sum(pool.map(partial(_share, client), [vendor.url] * PROCESSES))
    rate = requests / (time.perf_counter() - began)
    return {
        "requests": requests,
        "a second": round(rate),
        "CPU-s per 1,000": round(used / requests * 1000, 3),
        "sink": round((vendor.cpu_s() - sink_cpu_s) / requests * 1000, 3),
    }


if __name__ == "__main__":
    sys.exit(tell(measure))
