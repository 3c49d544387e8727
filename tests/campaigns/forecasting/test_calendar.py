"""When the steps of a chain fall: a table of situations."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.engine.waking import QuietHours
from campaigns.forecasting.calendar import Pace, moments

UTC_ZONE = ZoneInfo("UTC")
NIGHT = QuietHours(starts=time(21), ends=time(9))
HOUR = timedelta(hours=1)


def pace(hours: float = 2, *, sending: timedelta = timedelta(0), waking: bool = False, skips: bool = False) -> Pace:
    """A step that waits for so many hours."""
    return Pace(timeout=hours * HOUR, is_waking_time=waking, sending=sending, is_skipped_by_some=skips)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """An instant in March."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_step_begins_when_the_one_before_has_waited() -> None:
    found = moments(at(10), [pace(), pace(3), pace()], quiet=None, where=UTC_ZONE)
    assert [moment.begins_at for moment in found] == [at(10), at(12), at(15)]
    assert found[-1].decided_at == at(17)


def test_the_last_leave_when_the_sender_has_sent_all() -> None:
    first, second = moments(at(10), [pace(sending=HOUR), pace()], quiet=None, where=UTC_ZONE)
    assert (first.begins_at, first.ends_at, first.decided_at) == (at(10), at(11), at(13))
    # Those who got the first message an hour later come to the second an hour later.
    assert (second.begins_at, second.ends_at) == (at(12), at(13))


def test_a_slow_second_sender_is_what_counts() -> None:
    _first, second = moments(at(10), [pace(sending=HOUR), pace(sending=5 * HOUR)], quiet=None, where=UTC_ZONE)
    assert (second.begins_at, second.ends_at) == (at(12), at(17))


def test_whom_a_step_cannot_reach_comes_to_the_next_at_once() -> None:
    first, second, third = moments(at(10), [pace(skips=True), pace(), pace()], quiet=None, where=UTC_ZONE)
    assert not first.has_early
    assert (second.early_at, second.begins_at, second.has_early) == (at(10), at(12), True)
    assert (third.early_at, third.begins_at) == (at(12), at(14))


@pytest.mark.parametrize(
    ("start", "waking", "begins"),
    [
        # The second step would fall into the night and waits for the morning.
        (at(20), False, [at(20), at(9, day=3)]),
        # Launched at night, it starts in the morning.
        (at(23), False, [at(9, day=3), at(11, day=3)]),
        # In waking time the night does not count: one hour in the evening, one in the morning.
        (at(20), True, [at(20), at(10, day=3)]),
    ],
)
def test_quiet_hours_move_what_falls_into_them(start: datetime, waking: bool, begins: list[datetime]) -> None:
    found = moments(start, [pace(waking=waking), pace()], quiet=NIGHT, where=UTC_ZONE)
    assert [moment.begins_at for moment in found] == begins


def test_sending_stops_over_night_and_goes_on() -> None:
    (moment,) = moments(at(20), [pace(sending=2 * HOUR)], quiet=NIGHT, where=UTC_ZONE)
    assert moment.ends_at == at(10, day=3)


def test_quiet_hours_go_by_the_zone() -> None:
    (moment,) = moments(at(18), [pace()], quiet=NIGHT, where=ZoneInfo("Asia/Almaty"))
    assert moment.begins_at == at(4, day=3)


def test_a_chain_without_steps_has_no_moments() -> None:
    assert moments(at(10), [], quiet=None, where=UTC_ZONE) == []


def test_moments_are_in_order() -> None:
    for moment in moments(at(20), [pace(skips=True, sending=HOUR)] * 6, quiet=NIGHT, where=UTC_ZONE):
        assert moment.early_at <= moment.begins_at <= moment.decided_at
        assert moment.early_at <= moment.ends_at <= moment.decided_at
