"""One campaign that is sent to its end, and what it cost."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max

from campaigns.engine.counters import Counter
from campaigns.engine.launch import launch
from campaigns.models import Attempt, Campaign
from campaigns.reports_counts import read_counts
from tests.bench.crew import Crew
from tests.bench.gateway import draft, gateway_sender
from tests.bench.ground import postgres_cpu_s
from tests.bench.sink import Sink
from tests.factories import StepPlan

# Looking at processes and counters costs as much as sending some messages.
LOOK_EVERY_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One run: messages a second, and seconds of processor time for a thousand messages."""

    people: int
    seconds: float
    worker_cpu_s: float
    postgres_cpu_s: float
    sink_cpu_s: float
    most_rss: int

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.people / self.seconds

    def as_row(self) -> dict[str, Any]:
        """What is printed and written down."""
        thousands = self.people / 1000
        return {
            "messages": self.people,
            "a second": round(self.rate),
            "CPU-s per 1,000": round((self.worker_cpu_s + self.postgres_cpu_s) / thousands, 3),
            "of them workers": round(self.worker_cpu_s / thousands, 3),
            "of them PostgreSQL": round(self.postgres_cpu_s / thousands, 3),
            "sink": round(self.sink_cpu_s / thousands, 3),
            "MB": round(self.most_rss / 1e6),
        }


def send_once(people: int, vendor: Sink, workers: Crew, data_dir: Path) -> Sent:
    """Send a campaign to the `people` that there are. Raises AssertionError where the sink was not asked once for each.

    `data_dir` is that of the database's server.
    """
    before = len(vendor.keys())
    campaign = draft([StepPlan(sender=gateway_sender(vendor), timeout=timedelta(hours=1))])
    launch(campaign=campaign, actor=None)
    while not Campaign.objects.filter(pk=campaign.pk, enrolled_at__isnull=False).exists():
        time.sleep(0.02)
    used = _used(workers, vendor, data_dir)
    while _left(campaign.pk):
        workers.look_at_memory()
        time.sleep(LOOK_EVERY_S)
    spent = [now - then for now, then in zip(_used(workers, vendor, data_dir), used, strict=True)]
    keys = vendor.keys()[before:]
    assert len(keys) == len(set(keys)) == people, (
        f"{len(keys)} requests under {len(set(keys))} keys for {people} people"
    )
    return Sent(
        people=people,
        seconds=_seconds(campaign.pk).total_seconds(),
        worker_cpu_s=spent[0],
        postgres_cpu_s=spent[1],
        sink_cpu_s=spent[2],
        most_rss=workers.most_rss,
    )


def _used(workers: Crew, vendor: Sink, data_dir: Path) -> tuple[float, float, float]:
    return workers.cpu_s(), postgres_cpu_s(data_dir), vendor.cpu_s()


def _left(campaign_id: int) -> bool:
    counts = read_counts([campaign_id], counters=[Counter.AUDIENCE, Counter.ACCEPTED])[campaign_id].everywhere()
    return counts.people(Counter.ACCEPTED) < counts.people(Counter.AUDIENCE)


def _seconds(campaign_id: int) -> timedelta:
    answered = Attempt.objects.filter(campaign_id=campaign_id).aggregate(last=Max("answered_at"))
    enrolled_at = Campaign.objects.values_list("enrolled_at", flat=True).get(pk=campaign_id)
    duration: timedelta = answered["last"] - enrolled_at
    return duration
