"""Processes are seen as long as they live: threads and real time."""

import threading
from datetime import timedelta

import pytest

from campaigns.engine import clock
from campaigns.models import Pulse
from campaigns.operations import pulses
from campaigns.operations.pulses import Heart

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 60


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulses, "EVERY", timedelta(milliseconds=50))


@pytest.mark.usefixtures("quick")
def test_a_process_is_seen_until_it_ends() -> None:
    looked = threading.Semaphore(0)
    heart = Heart(kind=Pulse.Kind.WORKER, look=looked.release, queues=("engine", "bulk"))
    heart.start()
    for _ in range(3):
        assert looked.acquire(timeout=PATIENCE_S)
    (pulse,) = pulses.alive(clock.real_now())
    assert (pulse.kind, pulse.queues, pulse.seen_at > pulse.started_at) == ("worker", ["bulk", "engine"], True)
    heart.stop()
    assert pulses.alive(clock.real_now()) == []


@pytest.mark.usefixtures("quick")
def test_a_look_that_fails_and_a_database_that_is_away_end_nothing() -> None:
    looked = threading.Semaphore(0)

    def fail() -> None:
        looked.release()
        raise OSError("the database is away")

    heart = Heart(kind=Pulse.Kind.BEAT, look=fail)
    heart.start()
    for _ in range(3):
        assert looked.acquire(timeout=PATIENCE_S)
    heart.stop()


def test_who_was_killed_is_not_alive_and_forgotten_later() -> None:
    heart = Heart(kind=Pulse.Kind.WORKER, look=lambda: None)
    heart.beat()
    now = clock.real_now()
    assert len(pulses.alive(now)) == 1
    assert pulses.alive(now + pulses.ALIVE) == []
    pulses.forget_dead(now + pulses.ALIVE)
    assert Pulse.objects.count() == 1
    pulses.forget_dead(now + pulses.KEPT + timedelta(seconds=1))
    assert Pulse.objects.count() == 0
