"""Quiet hours on wall clocks, over midnight and over the changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.engine.waking import QuietHours, add_waking, quiet_until, zone

KYIV = ZoneInfo("Europe/Kyiv")
NIGHT = QuietHours(starts=time(21), ends=time(9))
NOON_BREAK = QuietHours(starts=time(12), ends=time(14))


def kyiv(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=KYIV).astimezone(UTC)


QUIET = [
    # By day.
    (kyiv(2026, 2, 11, 12), NIGHT, None),
    # In the evening: until tomorrow morning.
    (kyiv(2026, 2, 11, 22), NIGHT, kyiv(2026, 2, 12, 9)),
    # After midnight: until this morning.
    (kyiv(2026, 2, 12, 3), NIGHT, kyiv(2026, 2, 12, 9)),
    # The first instant is quiet, the last is not.
    (kyiv(2026, 2, 11, 21), NIGHT, kyiv(2026, 2, 12, 9)),
    (kyiv(2026, 2, 12, 9), NIGHT, None),
    # The night in which the clocks go forward (29 March 2026) is an hour shorter, the morning is still at nine.
    (kyiv(2026, 3, 28, 23), NIGHT, kyiv(2026, 3, 29, 9)),
    # Within one day.
    (kyiv(2026, 2, 11, 13), NOON_BREAK, kyiv(2026, 2, 11, 14)),
    # No quiet hours at all.
    (kyiv(2026, 2, 11, 3), None, None),
    (kyiv(2026, 2, 11, 3), QuietHours(starts=time(8), ends=time(8)), None),
]


@pytest.mark.parametrize(("instant", "quiet", "until"), QUIET)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(
    instant: datetime, quiet: QuietHours | None, until: datetime | None
) -> None:
    """Sent at 3 in the morning, still in UTC in 2026: mautic#5318, #17319; novu#2808."""
    assert quiet_until(instant, quiet, KYIV) == until


WAKING = [
    # It ends before the evening.
    (kyiv(2026, 2, 11, 12), timedelta(hours=4), kyiv(2026, 2, 11, 16)),
    # Two hours are left in the evening, two come in the morning.
    (kyiv(2026, 2, 11, 19), timedelta(hours=4), kyiv(2026, 2, 12, 11)),
    # It begins at night: it counts from the morning.
    (kyiv(2026, 2, 12, 3), timedelta(hours=4), kyiv(2026, 2, 12, 13)),
    # A day has twelve waking hours.
    (kyiv(2026, 2, 11, 9), timedelta(hours=24), kyiv(2026, 2, 12, 21)),
]


@pytest.mark.parametrize(("start", "duration", "end"), WAKING)
def test_quiet_hours_do_not_count_in_waking_time(start: datetime, duration: timedelta, end: datetime) -> None:
    assert add_waking(start, duration, NIGHT, KYIV) == end


# hypothesis adds the zone by itself.
EARLIEST, LATEST = datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2027-01-01")


@given(
    start=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
    minutes=st.integers(1, 60 * 24 * 40),
    hours=st.tuples(st.integers(0, 23), st.integers(0, 23)),
)
def test_waking_time_never_ends_within_quiet_hours_or_too_soon(
    start: datetime, minutes: int, hours: tuple[int, int]
) -> None:
    quiet = QuietHours(starts=time(hours[0]), ends=time(hours[1]))
    duration = timedelta(minutes=minutes)
    end = add_waking(start, duration, quiet, KYIV)
    assert end - start >= duration
    assert quiet_until(end - timedelta(microseconds=1), quiet, KYIV) is None


def test_the_first_known_zone_counts_and_utc_is_the_last_resort() -> None:
    assert zone("Nowhere/At_All", "Europe/Kyiv") == KYIV
    assert zone("", "") == ZoneInfo("UTC")
