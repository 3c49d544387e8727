"""The figures of reports, and that they add up."""

from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.stats import fold
from campaigns.models import Campaign, Outcome, SkipReason, StepTotal
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import Summary, campaign_report, summaries
from campaigns.reports_counts import read_counts
from channels.kinds import Channel
from tests.campaigns.examples import in_the_database, undone
from tests.campaigns.histories import count, make_history
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_campaign,
    make_enrolment,
    make_segment,
)

pytestmark = pytest.mark.django_db

histories = given(random=st.randoms(use_true_random=False), people=st.integers(min_value=0, max_value=6))


@in_the_database
@histories
def test_the_figures_of_any_history_add_up(random: Random, people: int) -> None:
    """Percentages above 100, statistics that do not add up (mautic#2507, #5843)."""
    with undone():
        report = campaign_report(make_history(random=random, people=people).pk)
        assert report.problems() == []
        assert report.audience.people == people
        assert report.audience.open + sum(ended.people for ended in report.audience.outcomes) == people


@in_the_database
@histories
def test_a_summary_says_what_the_report_says(random: Random, people: int) -> None:
    with undone():
        campaign = make_history(random=random, people=people)
        report = campaign_report(campaign.pk)
        summary = summaries([campaign.pk])[campaign.pk]
        assert summary == Summary(people=report.audience, cost=report.cost)
        assert (summary.audience, summary.engaged) == (report.audience.people, report.audience.engaged)
        assert (summary.open, summary.cost_per_engaged) == (report.audience.open, report.cost_per_engaged)


def test_a_campaign_without_people_has_noughts() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    report = campaign_report(campaign.pk)
    assert (report.audience.people, report.cost, report.cost_per_engaged) == (0, Decimal(0), None)
    assert [step.figures.came for step in report.steps] == [0]
    assert summaries([campaign.pk, -1])[-1] == Summary(people=report.audience, cost=Decimal(0))


def test_what_is_folded_and_what_is_not_are_read_in_one_statement() -> None:
    """Two statements would count a delta twice or not at all while the folding task moves it."""
    enrolment = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING))
    count(enrolment, Counter.AUDIENCE, value=5)
    fold()
    count(enrolment, Counter.AUDIENCE, value=2)
    with CaptureQueriesContext(connection) as queries:
        counted = read_counts([enrolment.campaign_id])
    assert len(queries) == 1
    assert counted[enrolment.campaign_id].overall().people(Counter.AUDIENCE) == 7


def test_a_step_on_two_routes_has_figures_on_each() -> None:
    shared = StepPlan(channel=Channel.SMS, key="shared")
    campaign = make_campaign(
        status=CampaignStatus.RUNNING,
        routes=[RoutePlan(steps=[shared], segment=make_segment()), RoutePlan(steps=[shared])],
    )
    first, second = campaign.version.routes.order_by("position")  # type: ignore[union-attr]
    for route, people in ((first, 3), (second, 4)):
        enrolment = make_enrolment(campaign=campaign, route=route)
        count(enrolment, Counter.CAME, step=route.steps.get(), value=people)
    report = campaign_report(campaign.pk)
    assert [(step.key, step.figures.came) for step in report.steps] == [("shared", 3), ("shared", 4)]


def test_skips_are_told_by_reason_and_are_no_failures() -> None:
    """A missing channel shown as a failure (novu#4960)."""
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign)
    step = enrolment.route.steps.get()
    count(enrolment, Counter.CAME, step=step, value=10)
    count(enrolment, counters.skipped(SkipReason.NO_ADDRESS), step=step, value=4)
    count(enrolment, counters.skipped(SkipReason.NO_CONSENT), step=step, value=1)
    figures = next(campaign_report(campaign.pk).steps).figures
    assert [(skip.reason, skip.people) for skip in figures.skips] == [
        (SkipReason.NO_ADDRESS, 4),
        (SkipReason.NO_CONSENT, 1),
    ]
    assert (figures.skipped, figures.entered, figures.failed) == (5, 5, 0)


def test_counters_that_contradict_each_other_are_told() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign)
    step = enrolment.route.steps.get()
    count(enrolment, counters.outcome(Outcome.ENGAGED))
    count(enrolment, Counter.CAME, step=step)
    count(enrolment, Counter.LATE, step=step)
    problems = " ".join(campaign_report(campaign.pk).problems())
    for found in (
        "engaged over the steps",
        "credit over the steps",
        "open is -1",
        "entered 1 is not",
        "late 1 is more",
    ):
        assert found in problems


def test_counters_of_a_step_that_no_route_has_are_told() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    StepTotal.objects.create(campaign_id=campaign.pk, route_id=0, step_key="lost", counter=Counter.COST, value=1)
    assert campaign_report(campaign.pk).problems() == ["cost over the routes is 0, the campaign's is 1.000000"]


def test_the_report_of_no_campaign_is_refused() -> None:
    with pytest.raises(Campaign.DoesNotExist):
        campaign_report(-1)
