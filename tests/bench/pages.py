"""Pages asked for from the product's own web server, as somebody who is signed in asks for them."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from tests.bench import paging
from tests.bench.asked import asked
from tests.bench.ground import FOLDER
from tests.bench.load import Request, generate
from tests.bench.web import Web, web

REQUESTS = 200
MOST_S = 600


def ask_for_all(paths: Mapping[str, str], *, by: Client, folder: Path) -> Iterator[dict[str, Any]]:
    """Every page of `paths` (path by name), one request after another; gives the rows."""
    # The pages name static files by what was collected.
    subprocess.run([sys.executable, "-m", "cascade_site.prepare"], cwd=FOLDER, stdout=subprocess.DEVNULL, check=True)
    cookie = f"{settings.SESSION_COOKIE_NAME}={by.cookies[settings.SESSION_COOKIE_NAME].value}"
    with web(folder) as server:
        for number, (name, path) in enumerate(paths.items()):
            milliseconds = _ask(server, path, cookie=cookie, folder=folder / f"page-{number}")
            yield from paging.rows(paging.look_at(by, name, path), milliseconds)


def _ask(server: Web, path: str, *, cookie: str, folder: Path) -> list[float]:
    """How many milliseconds each answer took, once everything is loaded."""
    requests = [Request(path=path, cookie=cookie)] * (asked("REQUESTS", REQUESTS) + 5)
    *_, load = generate(requests, folder=folder, port=server.port, connections=1, seconds=MOST_S)
    assert load is not None
    assert all(200 <= one.status < 300 for one in load.answers), f"{path}: {load.answers[0].status}"
    return load.milliseconds()[5:]
