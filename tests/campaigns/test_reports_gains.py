"""What each step added, how far people went with its message, what the cascade saved."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.engine.counters import Counter
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import campaign_report
from campaigns.reports_funnel import funnel_of
from campaigns.reports_gains import gains_of
from campaigns.reports_saving import saving_of
from channels.kinds import Channel
from tests.campaigns.examples import in_the_database, undone
from tests.campaigns.histories import count, make_history
from tests.factories import RoutePlan, StepPlan, make_campaign, make_enrolment, make_price

pytestmark = pytest.mark.django_db


def two_steps(figures: dict[Channel, dict[Counter, Decimal | int]], *, people: int = 100) -> Campaign:
    """A campaign of SMS, then voice, with these counters."""
    plans = [StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.VOICE)]
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=plans)])
    enrolment = make_enrolment(campaign=campaign)
    count(enrolment, Counter.AUDIENCE, value=people)
    for step in enrolment.route.steps.all():
        for counter, value in figures.get(Channel(step.channel), {}).items():
            count(enrolment, counter, step=step, value=value)
    return campaign


@in_the_database
@given(random=st.randoms(use_true_random=False), people=st.integers(min_value=0, max_value=8))
def test_what_the_steps_added_is_everybody_who_acted_once(random: Random, people: int) -> None:
    with undone():
        for route in campaign_report(make_history(random=random, people=people).pk).routes:
            *_, last = gains_of(route)
            assert (last.reached, last.spent) == (route.audience.engaged, route.cost)


def test_each_step_tells_what_an_additional_person_has_cost() -> None:
    campaign = two_steps(
        {
            Channel.SMS: {Counter.CREDIT: 20, Counter.COST: Decimal(2)},
            Channel.VOICE: {Counter.CREDIT: 5, Counter.COST: Decimal(4)},
        }
    )
    (route,) = campaign_report(campaign.pk).routes
    told = [(gain.added, gain.reached, gain.cost, gain.spent, gain.each) for gain in gains_of(route)]
    assert told == [(20, 20, 2, 2, Decimal("0.1")), (5, 25, 4, 6, Decimal("0.8"))]


def test_a_step_that_added_nobody_has_no_price_for_each() -> None:
    campaign = two_steps({Channel.SMS: {Counter.COST: Decimal(2)}})
    assert [gain.each for route in campaign_report(campaign.pk).routes for gain in gains_of(route)] == [None, None]


def test_the_saving_is_against_the_dearest_channel_at_what_its_messages_have_cost() -> None:
    campaign = two_steps(
        {
            Channel.SMS: {Counter.ACCEPTED: 100, Counter.COST: Decimal(3)},
            Channel.VOICE: {Counter.ACCEPTED: 18, Counter.UNKNOWN: 2, Counter.COST: Decimal(4)},
        }
    )
    saving = saving_of(campaign_report(campaign.pk))
    assert saving is not None
    assert (saving.channel, saving.each, saving.otherwise) == (Channel.VOICE, Decimal("0.2"), 20)
    assert (saving.saved, saving.more) == (13, -13)


def test_a_channel_that_nothing_has_left_on_yet_costs_what_the_admins_told() -> None:
    campaign = two_steps({Channel.SMS: {Counter.ACCEPTED: 100, Counter.COST: Decimal(3)}})
    voice = next(step for step in campaign_report(campaign.pk).steps if step.channel == Channel.VOICE)
    assert voice.sender is not None
    make_price(account=voice.sender.account, channel=Channel.VOICE, amount="0.5")
    saving = saving_of(campaign_report(campaign.pk))
    assert saving is not None
    assert (saving.channel_name, saving.each, saving.saved) == ("Voice", Decimal("0.5"), 47)


@pytest.mark.parametrize("sent", [0, 100])
def test_nothing_is_saved_before_anything_was_paid_for(sent: int) -> None:
    campaign = two_steps({Channel.SMS: {Counter.ACCEPTED: sent}})
    assert saving_of(campaign_report(campaign.pk)) is None


def test_a_funnel_leaves_out_what_nobody_would_tell_of() -> None:
    sent: dict[Counter, Decimal | int] = {Counter.CAME: 10, Counter.ACCEPTED: 9, Counter.CLICKED: 4, Counter.CREDIT: 3}
    sms, _voice = campaign_report(two_steps({Channel.SMS: sent}).pk).steps
    stages = {stage.column.name: stage.people for stage in funnel_of(sms).stages}
    assert {name: stages[name] for name in ("entered", "accepted", "clicked", "credit")} == {
        "entered": 10,
        "accepted": 9,
        "clicked": 4,
        "credit": 3,
    }
    assert stages.keys().isdisjoint({"opened", "replied", "answered", "goal"})
