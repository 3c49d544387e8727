"""How long the demo takes until its first page and until its past is there, and how its first page answers meanwhile.

It is started as a person starts it, with the packages installed; a manager signs in and looks at the overview, twice a
second, until the line is gone that tells how far the past is.
"""

import http.cookiejar
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from cascade_site import embedded
from tests.bench.goals import at_least, at_most, percentile
from tests.bench.telling import tell
from tests.e2e.running_product import PASSWORD, RunningProduct, free_ports, running

GOAL_S = 120
EVERY_S = 0.5
PATIENCE_S = 1800
PROGRESS = re.compile(r"A year of campaigns is being played: (\d+) of (\d+)")
HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
COUNTS = {
    "contacts": "SELECT count(*) FROM campaigns_contact",
    "campaigns": "SELECT count(*) FROM campaigns_campaign WHERE launched_at IS NOT NULL",
    "people in them": "SELECT count(*) FROM campaigns_enrolment",
    "messages sent": "SELECT count(*) FROM campaigns_message WHERE first_attempt_at IS NOT NULL",
    "events": "SELECT count(*) FROM campaigns_event",
}


@dataclass
class Manager:
    """Somebody signed in who looks at the overview; `milliseconds` are how long each answer took."""

    product: RunningProduct
    milliseconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        path = "/accounts/login/"
        found = HIDDEN.search(self._ask(path))
        assert found, "there is no form to sign in with"
        answers = {"login": "manager@demo.cascade", "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
        self._ask(path, answers)

    def look(self) -> str:
        """The overview, with how long it took."""
        began = time.monotonic()
        page = self._ask("/")
        self.milliseconds.append((time.monotonic() - began) * 1000)
        return page

    def _ask(self, path: str, answers: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(answers).encode() if answers else None
        request = urllib.request.Request(self.product.url + path, data=data)
        request.add_header("Referer", self.product.url + path)
        with self._browser.open(request, timeout=60) as answer:
            page: str = answer.read().decode()
        return page


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Start the demo and watch it until its past is there; gives the rows."""
    data_dir = folder / "data"
    data_dir.mkdir(parents=True)
    load_before = psutil.getloadavg()[0]
    with running(data_dir, port=free_ports(), has_history=True) as product:
        began = time.monotonic()
        manager = Manager(product)
        assert PROGRESS.search(manager.look()), "nothing tells of a history"
        while PROGRESS.search(manager.look()):
            assert time.monotonic() < began + PATIENCE_S, "the history does not come to its end"
            time.sleep(EVERY_S)
        took = time.monotonic() - began
        with psycopg.connect(embedded.url(data_dir)) as connection:
            counts = {name: connection.execute(query).fetchall()[0][0] for name, query in COUNTS.items()}
    yield {
        "until the first page, s": round(product.started_in_s, 1),
        "until the past is there, s": round(took, 1),
        **counts,
        "overview meanwhile, ms": f"{percentile(manager.milliseconds, 50):.0f}",
        "p95": f"{percentile(manager.milliseconds, 95):.0f}",
        "load before": round(load_before, 1),
    }
    yield at_most("seconds from the first page until the past is there", took, GOAL_S, unit="s")
    yield at_least("messages sent", counts["messages sent"], 200_000)


if __name__ == "__main__":
    sys.exit(tell(measure))
