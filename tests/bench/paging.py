"""The pages of a campaign that many people went through, and what each of them asks of the database."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.engine import clock
from campaigns.models import Campaign, Enrolment, Step
from campaigns.permissions import Permission, Role
from campaigns.reports_people import Question
from campaigns.reports_people_lines import lines_behind
from campaigns.reports_watch import watch
from tests.bench.crowd import make_crowd
from tests.bench.goals import at_most, percentile
from tests.bench.passages import make_passages
from tests.factories import make_user


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: what it is called here, its path, how many queries it takes, and the slowest of them."""

    name: str
    path: str
    queries: int
    slowest: str


def passed_through(people: int) -> Campaign:
    """A campaign that so many contacts, who are made, went through."""
    make_crowd(people)
    return make_passages(people, now=clock.now())


def signed_in() -> Client:
    """A manager, signed in, who may see people."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(make_user(roles=[Role.MANAGER], permissions=[Permission.VIEW_PEOPLE]))
    return client


def paths(campaign: Campaign) -> Mapping[str, str]:
    """The paths of the pages about `campaign`, and of those that all share, by what they are called here."""
    of_campaign = [campaign.pk]
    people = reverse("campaign_people", args=of_campaign)
    watched = reverse("campaign_watch", args=of_campaign)
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
        "the campaign": watched,
        "the campaign over time": f"{watched}?view=time",
        "the campaign until a year from now": f"{watched}?until={clock.now() + timedelta(days=365):%Y-%m-%dT%H:%M}",
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


def look_at(client: Client, name: str, path: str) -> Page:
    """Ask for a page in this process."""
    with CaptureQueriesContext(connection) as captured:
        b"".join(client.get(path))
    slowest = max(captured.captured_queries, key=lambda query: float(query["time"]))
    return Page(name=name, path=path, queries=len(captured), slowest=f"{slowest['time']} s: {slowest['sql'][:1500]}")


def rows(page: Page, milliseconds: list[float]) -> Iterator[dict[str, Any]]:
    """What is printed of a page whose answers took so long; on the screen too, with its slowest query if it is slow."""
    p95 = percentile(milliseconds, 95)
    row = {
        "page": page.name,
        "requests": len(milliseconds),
        "p50 ms": round(percentile(milliseconds, 50)),
        "p95 ms": round(p95),
        "queries": page.queries,
    }
    print(" · ".join(f"{heading} {value}" for heading, value in row.items()), file=sys.stderr, flush=True)
    yield row
    goal = at_most(f"{page.name}, p95", p95, 100, unit="ms")
    if goal["reached"] == "no":
        print(f"{page.name} ({page.path}): its slowest query\n  {page.slowest}", file=sys.stderr)
    yield goal
