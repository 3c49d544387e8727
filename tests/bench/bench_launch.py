"""How fast a campaign lets its audience in: one statement over a segment, with the routes chosen.

The clock runs from the launch until the whole audience is enrolled, through Celery. Only the worker of the long tasks
runs, so that nothing else is measured; people stay where they entered.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.crew import Crew, crew
from tests.bench.goals import at_most
from tests.bench.ground import ground, postgres_cpu_s

PEOPLE = 1_000_000
RUNS = 3
MOST_MB = 300
PEOPLE_OF_UKRAINE = {"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]}
SPEAKERS_OF_SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


def _launch_once(worker: Crew, data_dir: Path) -> dict[str, Any]:
    from campaigns.engine.launch import launch  # noqa: PLC0415  Django is set up only now
    from campaigns.models import Campaign, Enrolment  # noqa: PLC0415  the same

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


def _draft() -> Any:
    from channels.kinds import Channel  # noqa: PLC0415  the same
    from tests.factories import RoutePlan, StepPlan, make_campaign, make_segment, make_sender  # noqa: PLC0415  the same

    sender = make_sender(channel=Channel.SMS)
    steps = [StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=1))]
    spanish = make_segment(name=f"Spanish {time.time()}", rule=SPEAKERS_OF_SPANISH)
    everybody = make_segment(name=f"Ukraine {time.time()}", rule=PEOPLE_OF_UKRAINE)
    return make_campaign(routes=[RoutePlan(segment=spanish, steps=steps), RoutePlan(steps=steps)], segment=everybody)


def main(folder: Path) -> None:
    """Print a row for each run."""
    with ground(folder / "data", private_hosts=""):
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  Django is set up only now

        make_crowd(asked("PEOPLE", PEOPLE))
        with crew(folder, queues={"bulk": 1}) as worker:
            for _ in range(RUNS):
                print(json.dumps(_launch_once(worker, folder / "data")), flush=True)
        print(json.dumps(at_most("memory of a worker", worker.most_rss / 1e6, MOST_MB, unit="MB")), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
