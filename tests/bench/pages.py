"""Pages asked for from the product's own web server, as somebody who is signed in asks for them."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.test import Client

from tests.bench import paging
from tests.bench.ground import FOLDER
from tests.bench.load import Asker, Request
from tests.bench.web import web

# The first answers wait for what is loaded once.
WARMING = 5


def ask_for_all(paths: Mapping[str, str], *, by: Client, requests: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Every page of `paths` (path by name), so many requests, one after another; gives the rows."""
    # The pages name static files by what was collected.
    subprocess.run([sys.executable, "-m", "cascade_site.prepare"], cwd=FOLDER, stdout=subprocess.DEVNULL, check=True)
    cookie = f"{settings.SESSION_COOKIE_NAME}={by.cookies[settings.SESSION_COOKIE_NAME].value}"
    with web(folder) as server:
        for name, path in paths.items():
            request = Request(path=path, cookie=cookie)
            milliseconds = uvloop.run(_ask(server.port, request, times=requests))
            yield from paging.rows(paging.look_at(by, name, path), milliseconds)


async def _ask(port: int, request: Request, *, times: int) -> list[float]:
    """How many milliseconds each answer took, once everything is loaded."""
    asker = Asker(port)
    try:
        answers = [await asker.ask(number, request, due_at=time.time()) for number in range(times + WARMING)]
    finally:
        asker.close()
    assert all(200 <= one.status < 300 for one in answers), f"{request.path}: {answers[0].status}"
    return [one.milliseconds for one in answers[WARMING:]]
