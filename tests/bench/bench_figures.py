"""How fast the pages of a campaign are that 1,000,000 people went through, with 10,000,000 events.

Each page is asked for by a signed-in manager who may see people, one request after another, from the product's own web
server; the time is that until the whole answer is there. The queries are counted in this process.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.bench.asked import asked
from tests.bench.goals import at_most, percentile
from tests.bench.ground import FOLDER, ground
from tests.bench.load import Request, generate
from tests.bench.web import Web, web

if TYPE_CHECKING:
    from django.test import Client

    from campaigns.models import Campaign

PEOPLE = 1_000_000
REQUESTS = 200
MOST_S = 600


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: what it is called here, its path, how many queries it takes, and the slowest of them."""

    name: str
    path: str
    queries: int
    slowest: str


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Every page; gives the rows."""
    with ground(folder / "data"):
        from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  the same
        from tests.bench.passages import make_passages  # noqa: PLC0415  the same

        people = asked("PEOPLE", PEOPLE)
        make_crowd(people)
        campaign = make_passages(people, now=clock.now())
        # The pages name static files by what was collected.
        subprocess.run(
            [sys.executable, "-m", "cascade_site.prepare"], cwd=FOLDER, stdout=subprocess.DEVNULL, check=True
        )
        manager = _manager()
        with web(folder) as server:
            cookie = f"{settings.SESSION_COOKIE_NAME}={manager.cookies[settings.SESSION_COOKIE_NAME].value}"
            for number, (name, path) in enumerate(_paths(campaign).items()):
                milliseconds = _ask(server, path, cookie=cookie, folder=folder / f"page-{number}")
                yield from _rows(_look_at(manager, name, path), milliseconds)


def _manager() -> "Client":
    from django.test import Client  # noqa: PLC0415  Django is set up only now

    from campaigns.permissions import Permission, Role  # noqa: PLC0415  the same
    from tests.factories import make_user  # noqa: PLC0415  the same

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user(roles=[Role.MANAGER], permissions=[Permission.VIEW_PEOPLE]))
    return client


def _paths(campaign: "Campaign") -> Mapping[str, str]:
    from campaigns.models import Enrolment, Step  # noqa: PLC0415  Django is set up only now
    from campaigns.reports_people import Question  # noqa: PLC0415  the same
    from campaigns.reports_people_lines import lines_behind  # noqa: PLC0415  the same
    from campaigns.reports_watch import watch  # noqa: PLC0415  the same

    of_campaign = [campaign.pk]
    people = reverse("campaign_people", args=of_campaign)
    live = reverse("campaign_live", args=of_campaign)
    export = reverse("campaign_export", args=of_campaign)
    key = Step.objects.filter(route__version=campaign.version).order_by("position")[1].key
    cursor, replied = (
        lines_behind(Question(campaign_id=campaign.pk, figure=figure)).next_cursor for figure in ("audience", "replied")
    )
    somebody = Enrolment.objects.filter(campaign=campaign, outcome="exhausted").order_by("id")[0]
    return {
        "home": reverse("home"),
        "campaigns": reverse("campaign_list"),
        "their figures": reverse("campaign_figures"),
        "the campaign": reverse("campaign_watch", args=of_campaign),
        "its figures again": live,
        "the same, unchanged": f"{live}?seen={watch(campaign).digest}",
        "reports": reverse("report_list"),
        "its steps as a file": f"{export}?report=steps&format=csv",
        "people: everybody": people,
        "people: the next page": f"{people}?cursor={cursor}",
        "people: acted": f"{people}?figure=outcome_engaged",
        "people: in the chain": f"{people}?figure=open",
        "people: before their next step": f"{people}?figure=between",
        "people: clicked": f"{people}?figure=clicked",
        "people: clicked at a step": f"{people}?figure=clicked&step={key}",
        "people: waiting at a step": f"{people}?figure=waiting&step={key}",
        "people: opened by machines": f"{people}?figure=machine_opened",
        "people: replied, which few did": f"{people}?figure=replied",
        "people: more who replied": f"{people}?figure=replied&cursor={replied}",
        "a person": reverse("person", args=[somebody.pk]),
    }


def _ask(server: Web, path: str, *, cookie: str, folder: Path) -> list[float]:
    """How many milliseconds each answer took, once everything is loaded."""
    requests = [Request(path=path, cookie=cookie)] * (asked("REQUESTS", REQUESTS) + 5)
    *_, load = generate(requests, folder=folder, port=server.port, connections=1, seconds=MOST_S)
    assert load is not None
    assert all(200 <= one.status < 300 for one in load.answers), f"{path}: {load.answers[0].status}"
    return load.milliseconds()[5:]


def _look_at(manager: "Client", name: str, path: str) -> Page:
    with CaptureQueriesContext(connection) as captured:
        b"".join(manager.get(path))
    slowest = max(captured.captured_queries, key=lambda query: float(query["time"]))
    return Page(name=name, path=path, queries=len(captured), slowest=f"{slowest['time']} s: {slowest['sql'][:1500]}")


def _rows(page: Page, milliseconds: list[float]) -> Iterator[dict[str, Any]]:
    p95 = percentile(milliseconds, 95)
    yield {
        "page": page.name,
        "requests": len(milliseconds),
        "p50 ms": round(percentile(milliseconds, 50)),
        "p95 ms": round(p95),
        "queries": page.queries,
    }
    goal = at_most(f"{page.name}, p95", p95, 100, unit="ms")
    if goal["reached"] == "no":
        print(f"{page.name} ({page.path}): its slowest query\n  {page.slowest}", file=sys.stderr)
    yield goal


if __name__ == "__main__":
    for row in measure(Path(sys.argv[1])):
        print(json.dumps(row), flush=True)
