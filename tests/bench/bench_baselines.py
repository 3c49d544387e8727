"""How fast others send the same message to the same sink, each with two processes and every message in PostgreSQL.

django-post_office: mails are queued by its `send_many` and sent by its own command, `send_queued_mail --processes 2`,
each process with its five threads; a backend of ours posts them to the sink over connections that are kept. Only the
sending counts. And one Celery task for each person and step, as documentation teaches it, two steps with a countdown of
a second: as Celery comes, and with CELERY_DB_REUSE_MAX. The judge is the sink: a key of its own for each message.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cascade_site import embedded
from tests.bench.asked import asked
from tests.bench.baselines.broker import broker
from tests.bench.runs import RUN, summed_up
from tests.bench.sink import sink
from tests.bench.telling import tell

MAILS = 10_000
PEOPLE = 2_500
RUNS = 3


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Each way RUNS times; gives the rows. Raises NoSink."""
    runs: list[dict[str, Any]] = []
    for row in _ways(folder):
        # Each way's runs come one after another.
        runs.append({RUN: len(runs) % RUNS + 1, **row})
        yield runs[-1]
    yield from summed_up(runs)


def _ways(folder: Path) -> Iterator[dict[str, Any]]:
    data_dir = folder / "data"
    data_dir.mkdir()
    with (
        sink(folder / "sink") as vendor,
        embedded.serving(data_dir) as conninfo,
        broker(folder / "broker", conninfo=conninfo) as broker_url,
    ):
        _set_up(conninfo=conninfo, sink_url=vendor.url, broker_url=broker_url)
        from tests.bench.baselines import ways

        place = ways.Place(folder=folder, vendor=vendor)
        for _ in range(RUNS):
            yield ways.send_by_post_office(place, asked("MAILS", MAILS))
        for name, tuning in (
            ("a task per person and step", {}),
            ("such tasks, CELERY_DB_REUSE_MAX", {"CELERY_DB_REUSE_MAX": "1000"}),
        ):
            with ways.running_worker(place, tuning) as worker:
                for _ in range(RUNS):
                    yield ways.send_by_tasks(place, name, worker, asked("TASKS", PEOPLE))


def _set_up(*, conninfo: str, sink_url: str, broker_url: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.baselines.settings"
    os.environ["BASELINE_DATABASE"] = conninfo
    os.environ["BASELINE_SINK"] = sink_url
    os.environ["BASELINE_BROKER"] = broker_url
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


if __name__ == "__main__":
    sys.exit(tell(measure))
