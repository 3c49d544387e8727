"""Real workers and beats are seen, and of one that was killed the others tell, with nobody asking."""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F

from campaigns.models import Alert, AlertKind, AlertLook, Pulse
from campaigns.operations import alerts, pulses
from campaigns.operations.broker import QUEUES
from campaigns.operations.problems import find_problems
from campaigns.operations.readings import read
from campaigns.permissions import Role
from tests.acceptance.pump import Pump, SandboxProcess, empty_queues, wait_until
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def pump(tmp_path: Path) -> Iterator[Pump]:
    """Celery's processes at the test's database; none survives the test."""
    empty_queues()
    pump = Pump(folder=tmp_path, public_url=NOWHERE, sandbox=SandboxProcess(url=NOWHERE, secret=""))
    yield pump
    pump.end()
    empty_queues()


def test_of_a_worker_that_was_killed_the_beat_tells_until_there_is_another(pump: Pump) -> None:
    make_user(roles=[Role.ADMIN], email="admin@example.com")
    worker = pump.worker()
    beat = pump.beat()
    wait_until(lambda: not is_amiss(), what="worker, beat and tick are seen")
    seen = {(pulse.kind, pulse.pid, tuple(pulse.queues)) for pulse in read().pulses}
    assert seen == {("worker", worker.pid, tuple(sorted(QUEUES))), ("beat", beat.pid, ())}
    assert {pulse.host for pulse in read().pulses} == {os.uname().nodename}

    pump.kill(worker)
    wait_until(lambda: said(pulses.ALIVE, is_raised=False), what="the beat misses the worker")
    wait_until(lambda: said(alerts.PATIENCE, is_raised=True), what="the beat raises the alert")
    wait_until(lambda: Alert.objects.exclude(mailed_at=None).exists(), what="the mail has left")
    logs = "".join(path.read_text() for path in pump.folder.glob("beat-*.log"))
    assert "To: admin@example.com" in logs
    assert "No worker takes the queue engine." in logs

    pump.worker()
    wait_until(lambda: forget_the_last_look() and not Alert.objects.present().exists(), what="the alerts have ended")
    assert Alert.objects.get(kind=AlertKind.NO_WORKER, subject="engine").ended_at is not None


def is_amiss() -> bool:
    """Whether the operations page would tell of a problem; the test's output tells which."""
    problems = find_problems(read())
    sys.stdout.write(f"{problems}\n")
    return bool(problems)


def said(later: timedelta, *, is_raised: bool) -> bool:
    """Whether the queue's alert is there; what is waited for by real time was so much earlier."""
    Pulse.objects.filter(kind=Pulse.Kind.WORKER).update(seen_at=F("seen_at") - later)
    forget_the_last_look()
    noticed = Alert.objects.present().filter(kind=AlertKind.NO_WORKER, subject="engine")
    if not is_raised:
        return noticed.exists()
    noticed.filter(raised_at=None).update(began_at=F("began_at") - later)
    return noticed.exclude(raised_at=None).exists()


def forget_the_last_look() -> bool:
    """The next look is due; whether there had been one."""
    return bool(AlertLook.objects.update(looked_at=F("looked_at") - alerts.EVERY))
