"""The last seven days in all campaigns together: the same counters as elsewhere, beside the seven days before."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.timezone import localtime, make_aware
from pytest_django import DjangoAssertNumQueries, Settings

from campaigns.engine import clock
from campaigns.models import StepDelta, StepStats
from campaigns.reports_week import this_week

pytestmark = pytest.mark.django_db


def count(counter: str, value: str, *, at: datetime, folded: bool = True) -> None:
    """Something counted in the hour of `at`, folded already or not."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    place = {"campaign_id": 1, "version_id": 1, "route_id": 1, "hour": hour, "counter": counter}
    model = StepStats if folded else StepDelta
    model.objects.create(**place, step_key="", value=Decimal(value))


def test_an_empty_product_has_a_week_of_noughts() -> None:
    week = this_week()
    assert (week.sent.now, week.acted.now, week.cost.now, week.opted_out.now) == (0, 0, 0, 0)
    assert list(week.sent.days) == [0] * 7
    assert week.ends_on - week.begins_on == timedelta(days=6)


def test_what_is_folded_and_what_is_not_counts_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    now = clock.now()
    count("accepted", "10", at=now)
    count("accepted", "5", at=now, folded=False)
    count("outcome_engaged", "3", at=now - timedelta(days=1))
    count("cost", "1.25", at=now)
    count("opted_out", "1", at=now)
    count("delivered", "99", at=now)
    with django_assert_num_queries(1):
        week = this_week()
    assert (week.sent.now, week.sent.days[-1]) == (15, 15)
    assert (week.acted.now, week.acted.days[-2]) == (3, 3)
    assert (week.cost.now, week.opted_out.now) == (Decimal("1.25"), 1)


@pytest.fixture
def shown(settings: Settings) -> Callable[[str], datetime]:
    """`shown("2026-03-25T10:20+02:00")`: the product's clock stands there; gives the instant."""
    settings.CLOCK_MAY_MOVE = True

    def stop_at(written: str) -> datetime:
        return clock.run_at(shown_at=datetime.fromisoformat(written), speed=0).shown_at

    return stop_at


def one_in_each_hour(now: datetime, *, days: int = 20) -> None:
    """A message in each hour until `now`."""
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    place = {"campaign_id": 1, "version_id": 1, "route_id": 1, "counter": "accepted", "step_key": "s", "value": 1}
    hours = (last - timedelta(hours=number) for number in range(24 * days))
    StepStats.objects.bulk_create(StepStats(**place, hour=hour) for hour in hours)


def hours_between(begins_on: date, at: datetime) -> int:
    """The hours that begin from midnight of `begins_on` on, and are over by `at`."""
    midnight = make_aware(datetime.combine(begins_on, time.min)).astimezone(UTC)
    whole = midnight.replace(minute=0) if midnight.minute == 0 else midnight.replace(minute=0) + timedelta(hours=1)
    return int((at - whole) / timedelta(hours=1))


@pytest.mark.parametrize(
    ("zone", "now", "hours_more"),
    [
        ("Europe/Kyiv", "2026-02-11T10:20+02:00", 0),
        ("Europe/Kyiv", "2026-02-11T00:05+02:00", 0),
        ("Europe/Kyiv", "2026-02-11T10:00+02:00", 0),
        # Half hours, and three quarters of one.
        ("Asia/Kolkata", "2026-02-11T10:20+05:30", 0),
        ("Asia/Kolkata", "2026-02-11T10:40+05:30", 0),
        ("Asia/Kathmandu", "2026-02-11T10:20+05:45", 0),
        ("America/St_Johns", "2026-02-11T23:50-03:30", 0),
        # In these seven days an hour was left out, in those before one came twice; and the other way round.
        ("Europe/Kyiv", "2026-03-30T10:20+03:00", -1),
        ("Europe/Kyiv", "2026-04-06T10:20+03:00", 1),
        ("Europe/Kyiv", "2026-10-26T10:20+02:00", 1),
        ("Europe/Kyiv", "2026-11-02T10:20+02:00", -1),
    ],
)
def test_both_weeks_are_compared_until_the_same_hour_by_the_clock(
    shown: Callable[[str], datetime], zone: str, now: str, hours_more: int
) -> None:
    instant = shown(now)
    one_in_each_hour(instant)
    with timezone.override(zone):
        week = this_week()
        wall = localtime(instant)
        ends_before = (week.until - timedelta(days=7)).astimezone(UTC)
        assert week.sent.before == hours_between(week.begins_on - timedelta(days=7), ends_before)
        assert week.sent.until_hour == hours_between(week.begins_on, week.until.astimezone(UTC))
    assert week.sent.until_hour - week.sent.before == hours_more
    assert week.sent.now == week.sent.until_hour + 1 == sum(week.sent.days)
    assert timedelta(0) <= wall - week.until < timedelta(hours=1)


@pytest.mark.parametrize("now", ["2026-04-05T10:20+10:30", "2026-04-08T10:20+10:30", "2026-10-07T10:20+11:00"])
def test_where_clocks_change_by_half_an_hour_no_hour_too_much_is_counted_before(
    shown: Callable[[str], datetime], now: str
) -> None:
    """On Lord Howe Island hours begin at the half in winter: what had not ended by then is left out."""
    instant = shown(now)
    one_in_each_hour(instant)
    with timezone.override("Australia/Lord_Howe"):
        week = this_week()
        ends_before = (week.until - timedelta(days=7)).astimezone(UTC)
        assert week.sent.before == hours_between(week.begins_on - timedelta(days=7), ends_before)
    assert abs(week.sent.until_hour - week.sent.before) <= 1


def test_the_week_before_is_cut_and_nothing_of_it_is_counted_now(shown: Callable[[str], datetime]) -> None:
    now = shown("2026-02-11T10:20+00:00")
    count("accepted", "7", at=now - timedelta(days=7, hours=1))
    count("accepted", "2", at=now - timedelta(days=7))
    count("accepted", "3", at=now - timedelta(days=7) + timedelta(hours=1))
    count("accepted", "4", at=now - timedelta(days=20))
    with timezone.override("UTC"):
        sent = this_week().sent
    assert (sent.before, sent.until_hour, sent.now) == (7, 0, 0)


def test_the_figures_are_found_by_their_hour() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT counter, value FROM campaigns_stepstats WHERE hour >= now() - interval '14 days'"
            " AND counter IN ('accepted', 'outcome_engaged', 'cost', 'opted_out')"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "stepstats_lately" in plan
