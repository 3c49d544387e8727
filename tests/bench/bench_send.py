"""How fast a campaign of one step leaves: personalised, with a tracked link, every state durable.

The clock runs from the moment the audience is enrolled until the last answer is recorded. The judge is the sink:
it must have been asked once for each person, under as many different keys.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max

from tests.bench.asked import asked
from tests.bench.crew import Crew, crew
from tests.bench.goals import at_most
from tests.bench.ground import ground, postgres_cpu_s
from tests.bench.sink import Sink, sink

PEOPLE = 100_000
RUNS = 3
MOST_MB = 300


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


def send(*, people: int, runs: int, folder: Path, delay_s: float = 0) -> list[Sent]:
    """Send a campaign to `people` contacts, `runs` times, with a sink that answers after `delay_s` seconds."""
    with sink(folder / "sink", delay_s=delay_s) as vendor, ground(folder / "data", private_hosts=vendor.host):
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  Django is set up only now

        make_crowd(people)
        with crew(folder) as workers:
            return [_send_once(people, vendor, workers, folder / "data") for _ in range(runs)]


def _send_once(people: int, vendor: Sink, workers: Crew, data_dir: Path) -> Sent:
    from campaigns.engine.launch import launch  # noqa: PLC0415  Django is set up only now
    from campaigns.models import Campaign  # noqa: PLC0415  the same
    from tests.bench.gateway import draft, gateway_sender  # noqa: PLC0415  the same
    from tests.factories import StepPlan  # noqa: PLC0415  the same

    before = len(vendor.keys())
    campaign = draft([StepPlan(sender=gateway_sender(vendor), timeout=timedelta(hours=1))])
    launch(campaign=campaign, actor=None)
    while not Campaign.objects.filter(pk=campaign.pk, enrolled_at__isnull=False).exists():
        time.sleep(0.02)
    used = _used(workers, vendor, data_dir)
    while _left(campaign.pk):
        workers.look_at_memory()
        time.sleep(0.5)
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
    from campaigns.engine.counters import Counter  # noqa: PLC0415  Django is set up only now
    from campaigns.reports_counts import read_counts  # noqa: PLC0415  the same

    counts = read_counts([campaign_id], counters=[Counter.AUDIENCE, Counter.ACCEPTED])[campaign_id].everywhere()
    return counts.people(Counter.ACCEPTED) < counts.people(Counter.AUDIENCE)


def _seconds(campaign_id: int) -> timedelta:
    from campaigns.models import Attempt, Campaign  # noqa: PLC0415  Django is set up only now

    answered = Attempt.objects.filter(campaign_id=campaign_id).aggregate(last=Max("answered_at"))
    enrolled_at = Campaign.objects.values_list("enrolled_at", flat=True).get(pk=campaign_id)
    duration: timedelta = answered["last"] - enrolled_at
    return duration


def rows(sent: list[Sent]) -> Iterator[dict[str, Any]]:
    """What is printed of all runs: the runs, and the most memory that a worker had."""
    yield from (run.as_row() for run in sent)
    yield at_most("memory of a worker", max(run.most_rss for run in sent) / 1e6, MOST_MB, unit="MB")


if __name__ == "__main__":
    for row in rows(send(people=asked("PEOPLE", PEOPLE), runs=RUNS, folder=Path(sys.argv[1]))):
        print(json.dumps(row), flush=True)
