"""The ways of others to send: django-post_office's own command, and a Celery task for each person and step."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db.models import Max, Min
from post_office import mail

from cascade_site.children import Program, kill_group
from tests.bench.baselines.countdown import STEPS, TEXT, send_step
from tests.bench.baselines.models import Person, Sending
from tests.bench.crew import start
from tests.bench.ground import cpu_s, postgres_cpu_s
from tests.bench.sink import KEY_HEADER, Sink

PATIENCE_S = 900
CELERY = [sys.executable, "-m", "celery", "--app=tests.bench.baselines.countdown"]


@dataclass(frozen=True, kw_only=True)
class Used:
    """Processor seconds: `processor_s` of the senders and of PostgreSQL, `sink_s` of the sink."""

    processor_s: float
    sink_s: float

    def since(self, before: "Used") -> "Used":
        """What was used after `before`."""
        return Used(processor_s=self.processor_s - before.processor_s, sink_s=self.sink_s - before.sink_s)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it happens: the run's `folder`, and the sink."""

    folder: Path
    vendor: Sink

    def row(self, name: str, used: Used, *, messages: int, seconds: float) -> dict[str, Any]:
        """What is printed of so many messages, which took `used`."""
        return {
            "baseline": name,
            "messages": messages,
            "a second": round(messages / seconds),
            "CPU-s per 1,000": round(used.processor_s / messages * 1000, 3),
            "sink": round(used.sink_s / messages * 1000, 3),
        }

    def used(self, senders_s: float) -> Used:
        """What PostgreSQL and the sink have used so far, beside senders that have used `senders_s`."""
        processor_s = senders_s + postgres_cpu_s(self.folder / "data")
        return Used(processor_s=processor_s, sink_s=self.vendor.cpu_s())

    @contextmanager
    def expecting(self, messages: int) -> Iterator[None]:
        """Raises AssertionError where the sink did not get `messages` within the block, each once."""
        before = len(self.vendor.keys())
        yield
        keys = self.vendor.keys()[before:]
        assert len(keys) == len(set(keys)) == messages, f"{len(keys)} requests for {messages} messages"


def send_by_post_office(place: Place, mails: int) -> dict[str, Any]:
    """Queue so many mails, and let django-post_office send them; gives the row."""
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
        before, began = place.used(_own_cpu_s()), time.perf_counter()
        call_command("send_queued_mail", processes=2, lockfile=str(place.folder / "post_office"))
        seconds = time.perf_counter() - began
        used = place.used(_own_cpu_s()).since(before)
    return place.row("django-post_office", used, messages=mails, seconds=seconds)


def _own_cpu_s() -> float:
    """The processor time of this process and of those that it has started and waited for, in seconds."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@contextmanager
def running_worker(place: Place, tuning: Mapping[str, str]) -> Iterator[psutil.Process]:
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


def send_by_tasks(place: Place, name: str, worker: psutil.Process, people: int) -> dict[str, Any]:
    """Send every step to so many people, a task of `worker` for each; gives the row, which is called `name`."""
    Sending.objects.all().delete()
    Person.objects.all().delete()
    rows = [Person(first_name="Konstantin", phone=f"+38050{number:07}") for number in range(people)]
    made = Person.objects.bulk_create(rows)
    with place.expecting(people * STEPS):
        # The worker may still be starting: the clock runs from the first message that was taken.
        before = place.used(cpu_s(worker))
        for person in made:
            send_step.delay(person.pk, 1)
        gives_up_at = time.monotonic() + PATIENCE_S
        while Sending.objects.filter(status="accepted").count() < people * STEPS:
            assert time.monotonic() < gives_up_at, "the tasks do not come to their end"
            time.sleep(0.5)
        used = place.used(cpu_s(worker)).since(before)
    times = Sending.objects.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    seconds = (times["last"] - times["first"]).total_seconds()
    return place.row(name, used, messages=people * STEPS, seconds=seconds)
