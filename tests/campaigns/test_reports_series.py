"""How a campaign went over time: the points add up to the figures, and none is left out."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.stats import fold
from campaigns.models import Enrolment, Outcome
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import campaign_report
from campaigns.reports_part import Part
from campaigns.reports_series import Series, Unit, series_of
from tests.campaigns.examples import in_the_database, undone
from tests.campaigns.histories import count, make_history
from tests.factories import NOON, make_campaign, make_enrolment

pytestmark = pytest.mark.django_db


def entered(*hours: datetime) -> Enrolment:
    """Somebody in a campaign that one person entered in each of `hours`."""
    enrolment = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING))
    for hour in hours:
        count(enrolment, Counter.AUDIENCE, hour=hour)
    return enrolment


@in_the_database
@given(random=st.randoms(use_true_random=False), people=st.integers(min_value=1, max_value=6))
def test_the_points_of_any_history_add_up_to_its_figures(random: Random, people: int) -> None:
    with undone():
        campaign = make_history(random=random, people=people)
        whole = Part()
        for part in (whole, Part(language="uk"), Part(route_id=campaign_report(campaign.pk).routes[0].route_id)):
            report, points = campaign_report(campaign.pk, part), series_of(campaign.pk, part).points
            assert sum(point.entered for point in points) == report.audience.people
            assert sum(point.acted for point in points) == report.audience.engaged
            assert sum(point.sent for point in points) == report.sent
            assert sum(point.cost for point in points) == report.cost


def test_an_hour_in_which_nothing_happened_is_a_point_too() -> None:
    enrolment = entered(NOON, NOON + timedelta(hours=2))
    fold()
    count(enrolment, counters.outcome(Outcome.ENGAGED), hour=NOON + timedelta(hours=2))
    series = series_of(enrolment.campaign_id)
    assert series.unit is Unit.HOUR
    assert [(point.entered, point.acted) for point in series.points] == [(1, 0), (0, 0), (1, 1)]


def test_a_longer_campaign_is_told_by_the_days_of_the_reader() -> None:
    late = datetime(2026, 2, 11, 23, tzinfo=UTC)
    enrolment = entered(NOON, late, late + timedelta(days=3))
    with timezone.override(ZoneInfo("Europe/Kyiv")):
        series = series_of(enrolment.campaign_id)
        days = [timezone.localtime(point.begins_at).day for point in series.points]
    assert series.unit is Unit.DAY
    assert (days, [point.entered for point in series.points]) == ([11, 12, 13, 14, 15], [1, 1, 0, 0, 1])


def test_the_hour_that_comes_twice_in_autumn_is_two_points() -> None:
    twice = datetime(2026, 10, 25, 0, tzinfo=UTC)
    enrolment = entered(twice, twice + timedelta(hours=1))
    with timezone.override(ZoneInfo("Europe/Kyiv")):
        assert [point.entered for point in series_of(enrolment.campaign_id).points] == [1, 1]


def test_before_anything_happened_there_is_no_point() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert series_of(campaign.pk) == Series(unit=Unit.HOUR, points=())
