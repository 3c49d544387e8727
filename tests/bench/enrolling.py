"""One launch for everybody, and what it costs until they are enrolled."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, Q

from campaigns.engine.launch import launch
from campaigns.models import Campaign, Contact, Enrolment
from channels.kinds import Channel
from tests.bench.crew import Crew
from tests.bench.ground import postgres_cpu_s
from tests.factories import RoutePlan, StepPlan, make_campaign, make_segment, make_sender

PEOPLE_OF_UKRAINE = {"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]}
SPEAKERS_OF_SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


def launch_once(worker: Crew, data_dir: Path) -> dict[str, Any]:
    """Launch a campaign for everybody and wait until they are enrolled; gives the row. `data_dir` is the database's.

    Raises AssertionError where somebody is not enrolled, or not by the route that is theirs.
    """
    campaign = _draft()
    used, rss = postgres_cpu_s(data_dir), [worker.look_at_memory()]
    began = time.perf_counter()
    launch(campaign=campaign, actor=None)
    while not Campaign.objects.filter(pk=campaign.pk, enrolled_at__isnull=False).exists():
        rss.append(worker.look_at_memory())
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    used = postgres_cpu_s(data_dir) - used
    people = _judge(campaign)
    return {
        "people": people,
        "seconds": round(seconds, 1),
        "a second": round(people / seconds),
        "PostgreSQL CPU-s": round(used, 1),
        "MB before": round(rss[0] / 1e6),
        "most MB": round(max(rss) / 1e6),
        "MB after": round(worker.look_at_memory() / 1e6),
    }


def _judge(campaign: Campaign) -> int:
    """How many people are enrolled. Raises AssertionError where they are not all, or a route is not theirs."""
    spanish = Q(language="es")
    expected = Contact.objects.aggregate(spanish=Count("id", filter=spanish), others=Count("id", filter=~spanish))
    enrolled = Enrolment.objects.filter(campaign=campaign)
    by_route = list(enrolled.values_list("route__position").annotate(Count("id")).order_by("route__position"))
    assert by_route == [(0, expected["spanish"]), (1, expected["others"])], f"enrolled by route: {by_route}"
    return expected["spanish"] + expected["others"]


def _draft() -> Campaign:
    sender = make_sender(channel=Channel.SMS)
    steps = [StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=1))]
    spanish = make_segment(name=f"Spanish {time.time()}", rule=SPEAKERS_OF_SPANISH)
    everybody = make_segment(name=f"Ukraine {time.time()}", rule=PEOPLE_OF_UKRAINE)
    return make_campaign(routes=[RoutePlan(segment=spanish, steps=steps), RoutePlan(steps=steps)], segment=everybody)
