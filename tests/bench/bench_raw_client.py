"""The limit: how fast two processes of the product's HTTP library alone ask the sink, with the product's bodies."""

import asyncio
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import aiohttp

from tests.bench.sink import KEY_HEADER, sink

REQUESTS = 100_000
PROCESSES = 2
AT_ONCE = 128
RUNS = 3
TEXT = "Hello Konstantin, our autumn collection is here. See it before the others do: https://go.shop.example/c/aB3xK9Lm2Qp"


async def _ask(url: str, requests: int) -> None:
    numbers = iter(range(requests))
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask_on() -> None:
            for number in numbers:
                body = json.dumps({"to": f"+38050{number:07}", "from": "SHOP", "text": TEXT}).encode()
                headers = {"Content-Type": "application/json", KEY_HEADER: f"{number:032x}"}
                async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                    await answer.read()

        await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))


def _share(url: str) -> float:
    """The processor time of one process's share, in seconds."""
    began = time.process_time()
    asyncio.run(_ask(url, REQUESTS // PROCESSES))
    return time.process_time() - began


def main(folder: Path) -> None:
    """Print a row for each run."""
    with sink(folder / "sink") as vendor, ProcessPoolExecutor(PROCESSES) as pool:
        for _ in range(RUNS):
            began = time.perf_counter()
            used = sum(pool.map(_share, [vendor.url] * PROCESSES))
            rate = REQUESTS / (time.perf_counter() - began)
            row = {"requests": REQUESTS, "a second": round(rate), "CPU-s per 1,000": round(used / REQUESTS * 1000, 3)}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
