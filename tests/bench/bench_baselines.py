"""How fast others send the same message to the same sink, each with two processes and every message in PostgreSQL.

django-post_office: mails are queued by its `send_many` and sent by its own command, `send_queued_mail --processes 2`,
each process with its five threads; a backend of ours posts them to the sink over connections that are kept. Only the
sending counts. And one Celery task for each person and step, as documentation teaches it, two steps with a countdown of
a second: as Celery comes, and with CELERY_DB_REUSE_MAX. The judge is the sink: a key of its own for each message.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from django.db.models import Max, Min

from cascade_site import embedded
from cascade_site.children import Program, kill_group
from tests.bench.asked import asked
from tests.bench.baselines.broker import broker
from tests.bench.crew import start
from tests.bench.ground import cpu_s, postgres_cpu_s
from tests.bench.sink import KEY_HEADER, Sink, sink

MAILS = 10_000
PEOPLE = 2_500
RUNS = 3
PATIENCE_S = 900
CELERY = [sys.executable, "-m", "celery", "--app=tests.bench.baselines.countdown"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it happens: the run's `folder`, and the sink."""

    folder: Path
    vendor: Sink

    def row(self, name: str, *, messages: int, seconds: float, processor_s: float) -> dict[str, Any]:
        """What is printed; `processor_s` is that of the senders and of PostgreSQL."""
        return {
            "baseline": name,
            "messages": messages,
            "a second": round(messages / seconds),
            "CPU-s per 1,000": round(processor_s / messages * 1000, 3),
        }

    def postgres_cpu_s(self) -> float:
        """The processor time of PostgreSQL so far, in seconds."""
        return postgres_cpu_s(self.folder / "data")

    @contextmanager
    def expecting(self, messages: int) -> Iterator[None]:
        """Raises AssertionError where the sink did not get `messages` within the block, each once."""
        before = len(self.vendor.keys())
        yield
        keys = self.vendor.keys()[before:]
        assert len(keys) == len(set(keys)) == messages, f"{len(keys)} requests for {messages} messages"


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Each way RUNS times; gives the rows."""
    data_dir = folder / "data"
    data_dir.mkdir()
    with (
        sink(folder / "sink") as vendor,
        embedded.serving(data_dir) as conninfo,
        broker(folder / "broker", conninfo=conninfo) as broker_url,
    ):
        _set_up(conninfo=conninfo, sink_url=vendor.url, broker_url=broker_url)
        place = Place(folder=folder, vendor=vendor)
        for _ in range(RUNS):
            yield _post_office(place, asked("MAILS", MAILS))
        for name, tuning in (
            ("a task per person and step", {}),
            ("such tasks, CELERY_DB_REUSE_MAX", {"CELERY_DB_REUSE_MAX": "1000"}),
        ):
            with _worker(place, tuning) as worker:
                for _ in range(RUNS):
                    yield _countdown(place, name, worker, asked("TASKS", PEOPLE))


def _set_up(*, conninfo: str, sink_url: str, broker_url: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.baselines.settings"
    os.environ["BASELINE_DATABASE"] = conninfo
    os.environ["BASELINE_SINK"] = sink_url
    os.environ["BASELINE_BROKER"] = broker_url
    import django  # noqa: PLC0415  the settings are read from the environment above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  the same

    call_command("migrate", run_syncdb=True, verbosity=0)


def _post_office(place: Place, mails: int) -> dict[str, Any]:
    from django.core.management import call_command  # noqa: PLC0415  Django is set up only now
    from post_office import mail  # noqa: PLC0415  the same

    from tests.bench.baselines.countdown import TEXT  # noqa: PLC0415  the same

    started = time.time_ns()
    mail.send_many(
        [
            {
                "recipients": [f"person{number}@example.com"],
                "sender": "shop@example.com",
                "subject": "News",
                "message": TEXT.format(name="Konstantin"),
                "headers": {KEY_HEADER: f"{started + number:032x}"},
            }
            for number in range(mails)
        ]
    )
    with place.expecting(mails):
        used, began = _own_cpu_s() + place.postgres_cpu_s(), time.perf_counter()
        call_command("send_queued_mail", processes=2, lockfile=str(place.folder / "post_office"))
        seconds = time.perf_counter() - began
        processor_s = _own_cpu_s() + place.postgres_cpu_s() - used
    return place.row("django-post_office", messages=mails, seconds=seconds, processor_s=processor_s)


def _own_cpu_s() -> float:
    """The processor time of this process and of those that it has started and waited for, in seconds."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@contextmanager
def _worker(place: Place, tuning: Mapping[str, str]) -> Iterator[psutil.Process]:
    """A worker of two processes, with `tuning` in its environment."""
    command: list[str | Path] = [*CELERY, "worker", "--concurrency=2", "--loglevel=WARNING"]
    os.environ.update(tuning)
    process = start(Program(name="countdown", command=command), place.folder)
    try:
        yield psutil.Process(process.pid)
    finally:
        for name in tuning:
            del os.environ[name]
        kill_group(process)
        process.wait()


def _countdown(place: Place, name: str, worker: psutil.Process, people: int) -> dict[str, Any]:
    from tests.bench.baselines.countdown import STEPS, send_step  # noqa: PLC0415  Django is set up only now
    from tests.bench.baselines.models import Person, Sending  # noqa: PLC0415  the same

    Sending.objects.all().delete()
    Person.objects.all().delete()
    rows = [Person(first_name="Konstantin", phone=f"+38050{number:07}") for number in range(people)]
    made = Person.objects.bulk_create(rows)
    with place.expecting(people * STEPS):
        # The worker may still be starting: the clock runs from the first message that was taken.
        used = cpu_s(worker) + place.postgres_cpu_s()
        for person in made:
            send_step.delay(person.pk, 1)
        gives_up_at = time.monotonic() + PATIENCE_S
        while Sending.objects.filter(status="accepted").count() < people * STEPS:
            assert time.monotonic() < gives_up_at, "the tasks do not come to their end"
            time.sleep(0.5)
        processor_s = cpu_s(worker) + place.postgres_cpu_s() - used
    times = Sending.objects.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    seconds = (times["last"] - times["first"]).total_seconds()
    return place.row(name, messages=people * STEPS, seconds=seconds, processor_s=processor_s)


if __name__ == "__main__":
    for row in measure(Path(sys.argv[1])):
        print(json.dumps(row), flush=True)
