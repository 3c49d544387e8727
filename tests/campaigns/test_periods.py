"""Which days a period has, and where they begin by the reader's clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.periods import Period, Preset


def days(begins_on: str, ends_on: str) -> tuple[date, date]:
    return date.fromisoformat(begins_on), date.fromisoformat(ends_on)


@pytest.mark.parametrize(
    ("preset", "today", "period", "before"),
    [
        (Preset.LAST_7, "2026-03-01", days("2026-02-23", "2026-03-01"), days("2026-02-16", "2026-02-22")),
        (Preset.LAST_30, "2026-03-01", days("2026-01-31", "2026-03-01"), days("2026-01-01", "2026-01-30")),
        (Preset.LAST_90, "2026-03-31", days("2026-01-01", "2026-03-31"), days("2025-10-03", "2025-12-31")),
        (Preset.THIS_MONTH, "2026-05-11", days("2026-05-01", "2026-05-11"), days("2026-04-01", "2026-04-11")),
        # February has no 31st: the whole of it.
        (Preset.THIS_MONTH, "2026-03-31", days("2026-03-01", "2026-03-31"), days("2026-02-01", "2026-02-28")),
        (Preset.LAST_MONTH, "2026-01-15", days("2025-12-01", "2025-12-31"), days("2025-11-01", "2025-11-30")),
        (Preset.THIS_YEAR, "2028-02-29", days("2028-01-01", "2028-02-29"), days("2027-01-01", "2027-02-28")),
    ],
)
def test_a_usual_period_and_the_one_before(
    preset: Preset, today: str, period: tuple[date, date], before: tuple[date, date]
) -> None:
    asked = Period.of(preset, date.fromisoformat(today))
    assert (asked.begins_on, asked.ends_on) == period
    assert (asked.before.begins_on, asked.before.ends_on) == before


def test_own_dates_are_compared_with_as_many_days_just_before() -> None:
    period = Period(begins_on=date(2026, 2, 10), ends_on=date(2026, 2, 12))
    assert (period.before.begins_on, period.before.ends_on) == days("2026-02-07", "2026-02-09")
    assert period.before.ends_before == period.begins_at


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (days("2026-03-01", "2026-03-31"), days("2026-02-01", "2026-02-28")),
        (days("2026-01-01", "2026-03-31"), days("2025-10-01", "2025-12-31")),
        (days("2025-01-01", "2025-12-31"), days("2024-01-01", "2024-12-31")),
        (days("2026-03-01", "2026-03-30"), days("2026-01-30", "2026-02-28")),
    ],
)
def test_own_dates_that_are_whole_months_are_compared_with_as_many(
    period: tuple[date, date], before: tuple[date, date]
) -> None:
    """A mail tells of the last month, and leads to a page with the month's days: both say the same."""
    found = Period(begins_on=period[0], ends_on=period[1]).before
    assert (found.begins_on, found.ends_on) == before


@pytest.mark.parametrize(
    ("zone", "day", "begins_at", "hours"),
    [
        ("Europe/Kyiv", date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        ("Europe/Kyiv", date(2026, 10, 25), datetime(2026, 10, 24, 21, tzinfo=UTC), 25),
        # Clocks are put forward at midnight: the day begins at one.
        ("America/Santiago", date(2026, 9, 6), datetime(2026, 9, 6, 4, tzinfo=UTC), 23),
        ("Asia/Tokyo", date(2026, 3, 29), datetime(2026, 3, 28, 15, tzinfo=UTC), 24),
    ],
)
def test_a_day_is_as_long_as_the_readers_clock_says(zone: str, day: date, begins_at: datetime, hours: int) -> None:
    with timezone.override(zone):
        period = Period(begins_on=day, ends_on=day)
        assert period.begins_at.astimezone(UTC) == begins_at
        assert period.ends_before.astimezone(UTC) - begins_at == timedelta(hours=hours)
