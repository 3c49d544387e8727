"""One launch for everybody, and what it costs until they are enrolled."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from campaigns.engine.launch import launch
from campaigns.models import Campaign, Enrolment
from channels.kinds import Channel
from tests.bench.crew import Crew
from tests.bench.ground import postgres_cpu_s
from tests.factories import RoutePlan, StepPlan, make_campaign, make_segment, make_sender

PEOPLE_OF_UKRAINE = {"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]}
SPEAKERS_OF_SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


def launch_once(worker: Crew, data_dir: Path) -> dict[str, Any]:
    """Launch a campaign for everybody and wait until they are enrolled; gives the row. `data_dir` is the database's."""
    campaign = _draft()
    used = postgres_cpu_s(data_dir)
    began = time.perf_counter()
    launch(campaign=campaign, actor=None)
    while not Campaign.objects.filter(pk=campaign.pk, enrolled_at__isnull=False).exists():
        worker.look_at_memory()
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    people = Enrolment.objects.filter(campaign=campaign).count()
    return {
        "people": people,
        "routes": Enrolment.objects.filter(campaign=campaign).values("route").distinct().count(),
        "seconds": round(seconds, 1),
        "a second": round(people / seconds),
        "PostgreSQL CPU-s": round(postgres_cpu_s(data_dir) - used, 1),
        "worker MB": round(worker.most_rss / 1e6),
    }


def _draft() -> Campaign:
    sender = make_sender(channel=Channel.SMS)
    steps = [StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=1))]
    spanish = make_segment(name=f"Spanish {time.time()}", rule=SPEAKERS_OF_SPANISH)
    everybody = make_segment(name=f"Ukraine {time.time()}", rule=PEOPLE_OF_UKRAINE)
    return make_campaign(routes=[RoutePlan(segment=spanish, steps=steps), RoutePlan(steps=steps)], segment=everybody)
