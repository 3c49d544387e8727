"""The flow of people: every link is a figure, and what enters a node leaves it."""

from collections import defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Outcome, SkipReason
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import CampaignReport, campaign_report
from campaigns.reports_flow import FlowPicture, NodeKind, flow_picture
from campaigns.reports_part import Part
from channels.kinds import Channel
from tests.campaigns.examples import in_the_database, undone
from tests.campaigns.histories import count, make_history
from tests.factories import RoutePlan, StepPlan, make_campaign, make_enrolment

pytestmark = pytest.mark.django_db

histories = given(random=st.randoms(use_true_random=False), people=st.integers(min_value=1, max_value=8))
ENDS = {NodeKind.WAITING, NodeKind.BETWEEN, NodeKind.OUTCOME}


def assert_adds_up(picture: FlowPicture, report: CampaignReport) -> None:
    """Every link leads on, what enters a node leaves it, and the ends are the figures of `report`."""
    entering: defaultdict[str, int] = defaultdict(int)
    leaving: defaultdict[str, int] = defaultdict(int)
    for link in picture.links:
        assert link.people > 0
        leaving[link.source] += link.people
        entering[link.target] += link.people
    assert {node.key for node in picture.nodes} == entering.keys() | leaving.keys()
    for node in picture.nodes:
        expected = {NodeKind.AUDIENCE: (0, node.people)}.get(node.kind, (node.people, node.people))
        expected = (node.people, 0) if node.kind in ENDS else expected
        assert (entering[node.key], leaving[node.key]) == expected, node
    assert ends_of(picture) == {name: people for name, people in standing(report).items() if people}


def ends_of(picture: FlowPicture) -> dict[str, int]:
    """Where everybody is, as the picture has it."""
    return {node.outcome or node.kind: node.people for node in picture.nodes if node.kind in ENDS}


def standing(report: CampaignReport) -> dict[str, int]:
    """Where everybody is, as the figures have it."""
    return {
        NodeKind.WAITING: sum(step.figures.waiting.total for step in report.steps),
        NodeKind.BETWEEN: report.between,
        **{outcome: report.audience.ended_as(outcome) for outcome in Outcome},
    }


def people_of(picture: FlowPicture, kind: NodeKind) -> int:
    """All in the nodes of `kind`."""
    return sum(node.people for node in picture.nodes if node.kind is kind)


@in_the_database
@histories
def test_the_flow_of_any_history_adds_up_over_all_routes_and_on_each(random: Random, people: int) -> None:
    with undone():
        campaign = make_history(random=random, people=people)
        whole = campaign_report(campaign.pk)
        parts = [campaign_report(campaign.pk, Part(route_id=route.route_id)) for route in whole.routes]
        for report in (whole, *parts):
            picture = flow_picture(report)
            assert_adds_up(picture, report)
            assert people_of(picture, NodeKind.AUDIENCE) == report.audience.people
            assert people_of(picture, NodeKind.STEP) == sum(step.figures.entered for step in report.steps)
            assert people_of(picture, NodeKind.SKIPPED) == sum(step.figures.skipped for step in report.steps)


@in_the_database
@histories
def test_nobody_flows_back(random: Random, people: int) -> None:
    """ECharts refuses to draw a circle."""
    with undone():
        picture = flow_picture(campaign_report(make_history(random=random, people=people).pk))
        ahead = {node.key: {link.target for link in picture.links if link.source == node.key} for node in picture.nodes}
        while ahead:
            last = {key for key, targets in ahead.items() if not targets & ahead.keys()}
            assert last, ahead
            ahead = {key: targets for key, targets in ahead.items() if key not in last}


def test_a_junction_that_joins_nothing_is_left_out() -> None:
    campaign = make_campaign(
        status=CampaignStatus.RUNNING,
        routes=[RoutePlan(steps=[StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.VOICE)])],
    )
    enrolment = make_enrolment(campaign=campaign)
    sms, voice = enrolment.route.steps.order_by("position")
    count(enrolment, Counter.AUDIENCE, value=10)
    for step, counter, people in (
        (sms, Counter.CAME, 10),
        (sms, counters.skipped(SkipReason.NO_ADDRESS), 4),
        (sms, Counter.ENGAGED, 1),
        (sms, Counter.ADVANCED, 5),
        (voice, Counter.CAME, 9),
        (voice, Counter.NOW_ACCEPTED, 9),
    ):
        count(enrolment, counter, step=step, value=people)
    count(enrolment, counters.outcome(Outcome.ENGAGED))
    picture = flow_picture(campaign_report(campaign.pk))
    assert {(link.source, link.target, link.people) for link in picture.links} == {
        ("audience", "step-0-sms", 6),
        ("audience", "skipped-0", 4),
        ("step-0-sms", "outcome-engaged", 1),
        ("step-0-sms", "step-1-voice", 5),
        ("skipped-0", "step-1-voice", 4),
        ("step-1-voice", "waiting", 9),
    }


def test_where_nobody_has_entered_there_is_no_picture() -> None:
    report = campaign_report(make_campaign(status=CampaignStatus.RUNNING).pk)
    assert flow_picture(report) == FlowPicture(nodes=(), links=())


def test_figures_by_which_somebody_would_go_backwards_are_not_drawn() -> None:
    enrolment = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING))
    count(enrolment, Counter.CAME, step=enrolment.route.steps.get(), value=3)
    assert flow_picture(campaign_report(enrolment.campaign_id)) == FlowPicture(nodes=(), links=())
