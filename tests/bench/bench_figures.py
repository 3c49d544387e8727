"""How fast the pages of a campaign are that 1,000,000 people went through, with 10,000,000 events.

Each page is asked for by a signed-in manager who may see people, one request after another, from the product's own web
server; the time is that until the whole answer is there. The queries are counted in this process.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.bench.asked import asked
from tests.bench.ground import FOLDER, ground
from tests.bench.load import Request, generate
from tests.bench.telling import tell
from tests.bench.web import Web, web

PEOPLE = 1_000_000
REQUESTS = 200
MOST_S = 600


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Every page; gives the rows."""
    with ground(folder / "data"):
        from tests.bench import paging

        campaign = paging.passed_through(asked("PEOPLE", PEOPLE))
        # The pages name static files by what was collected.
        subprocess.run(
            [sys.executable, "-m", "cascade_site.prepare"], cwd=FOLDER, stdout=subprocess.DEVNULL, check=True
        )
        manager = paging.signed_in()
        with web(folder) as server:
            cookie = f"{settings.SESSION_COOKIE_NAME}={manager.cookies[settings.SESSION_COOKIE_NAME].value}"
            for number, (name, path) in enumerate(paging.paths(campaign).items()):
                milliseconds = _ask(server, path, cookie=cookie, folder=folder / f"page-{number}")
                yield from paging.rows(paging.look_at(manager, name, path), milliseconds)


def _ask(server: Web, path: str, *, cookie: str, folder: Path) -> list[float]:
    """How many milliseconds each answer took, once everything is loaded."""
    requests = [Request(path=path, cookie=cookie)] * (asked("REQUESTS", REQUESTS) + 5)
    *_, load = generate(requests, folder=folder, port=server.port, connections=1, seconds=MOST_S)
    assert load is not None
    assert all(200 <= one.status < 300 for one in load.answers), f"{path}: {load.answers[0].status}"
    return load.milliseconds()[5:]


if __name__ == "__main__":
    sys.exit(tell(measure))
