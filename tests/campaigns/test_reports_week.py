"""The last seven days in all campaigns together: the same counters as elsewhere, beside the seven days before."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils.timezone import localtime
from pytest_django import DjangoAssertNumQueries

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


def test_the_days_before_end_at_the_same_hour() -> None:
    now = clock.now()
    week_ago = now - timedelta(days=7)
    count("accepted", "7", at=week_ago)
    count("accepted", "4", at=now - timedelta(days=20))
    before = this_week().sent.before
    assert before == 7
    later = localtime(week_ago).replace(hour=23)
    if later.hour > localtime(now).hour:
        count("accepted", "2", at=later)
    assert this_week().sent.before == before


def test_the_figures_are_found_by_their_hour() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT counter, value FROM campaigns_stepstats WHERE hour >= now() - interval '14 days'"
            " AND counter IN ('accepted', 'outcome_engaged', 'cost', 'opted_out')"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "stepstats_lately" in plan
