"""Shifts in threads: who only waits keeps nobody, and nothing is done twice at once."""

import logging
import threading
from datetime import timedelta

import pytest

from campaigns.engine import shifts as shifting
from campaigns.engine.shifts import Shift, Shifts

PATIENCE_S = 60.0
# Longer than any of these tests has patience.
AGES = timedelta(seconds=2 * PATIENCE_S)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _patient_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task leaves its shift because a machine is slow."""
    monkeypatch.setattr(shifting, "ALONE", AGES)


def test_a_task_ends_when_its_shift_only_waits_and_the_shift_goes_on() -> None:
    shifts = Shifts()
    answered, is_done = threading.Event(), threading.Event()

    def work(shift: Shift) -> None:
        shift.wait()
        assert answered.wait(PATIENCE_S)
        is_done.set()

    shifts.run("slow", work)
    assert not is_done.is_set()
    assert shifts.begin("slow", work) is None, "this process is at it"
    answered.set()
    assert is_done.wait(PATIENCE_S)
    shifts.end()


def test_a_task_ends_after_a_moment_and_its_shift_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timers waited until a campaign had left, or twenty seconds."""
    monkeypatch.setattr(shifting, "ALONE", timedelta(0))
    shifts = Shifts()
    is_enough = threading.Event()
    done: list[bool] = []
    shifts.run("busy", lambda _shift: done.append(is_enough.wait(PATIENCE_S)))
    assert done == []
    is_enough.set()
    shifts.end()
    assert done == [True]


def test_a_task_for_what_is_under_way_here_stays_away_from_the_queue_until_it_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that another process takes the next one."""
    monkeypatch.setattr(shifting, "ELSEWHERE", AGES)
    shifts = Shifts()
    is_enough, returned = threading.Event(), threading.Event()

    def run_again() -> None:
        shifts.run("busy", lambda _shift: None)
        returned.set()

    shifts.begin("busy", lambda _shift: is_enough.wait(PATIENCE_S))
    task = threading.Thread(target=run_again)
    task.start()
    assert not returned.wait(0.2)
    is_enough.set()
    assert returned.wait(PATIENCE_S)
    task.join()
    shifts.end()


def test_a_shift_that_has_something_to_do_is_waited_for() -> None:
    done: list[str] = []
    Shifts().run("busy", lambda _shift: done.append("work"))
    assert done == ["work"]


def test_ending_waits_for_what_is_under_way_and_begins_nothing_more() -> None:
    shifts = Shifts()
    rounds: list[bool] = []

    def work(shift: Shift) -> None:
        shift.wait()
        while not shift.is_over:
            threading.Event().wait(0.01)
        rounds.append(shift.is_over)

    shifts.run("long", work)
    shifts.end()
    assert rounds == [True]


def test_a_shift_that_breaks_off_is_logged_and_may_begin_again(caplog: pytest.LogCaptureFixture) -> None:
    shifts = Shifts()

    def fail(_shift: Shift) -> None:
        raise OSError("the database is away")

    with caplog.at_level(logging.ERROR):
        shifts.run("broken", fail)
        shifts.run("broken", fail)
    assert [record.message for record in caplog.records] == ["the shift broken broke off"] * 2
