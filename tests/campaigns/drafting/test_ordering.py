"""The order of a route's steps as a whole."""

from collections.abc import Callable

import pytest

from campaigns import drafting
from campaigns.drafting import ChangedMeanwhile, DraftRefused, NotADraft
from campaigns.models.campaigns import CampaignStatus
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import chain, default_route, draft
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def ids(*channels: Channel) -> tuple[int, ...]:
    """The ids of the steps of a new draft on `channels`."""
    return tuple(default_route(draft(*channels)).steps.values_list("pk", flat=True))


def test_steps_stand_as_they_were_put() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    route = default_route(campaign)
    sms, viber, voice = route.steps.values_list("pk", flat=True)
    drafting.arrange_steps(campaign=campaign, route=route, order=[voice, sms, viber])
    assert chain(route) == ["voice", "sms", "viber"]


@pytest.mark.parametrize(
    "wrong",
    [
        # One is missing, one is there twice, one is of another route, one is no id at all.
        lambda sms, viber: [viber],
        lambda sms, viber: [sms, sms],
        lambda sms, viber: [viber, sms, viber],
        lambda sms, viber: [viber, *ids(Channel.SMS)],
        lambda sms, viber: [viber, -1],
        lambda sms, viber: [],
    ],
)
def test_an_order_that_is_not_of_these_steps_changes_nothing(wrong: Callable[[int, int], list[int]]) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    route = default_route(campaign)
    order = wrong(*route.steps.values_list("pk", flat=True))
    with pytest.raises(DraftRefused) as refused:
        drafting.arrange_steps(campaign=campaign, route=route, order=order)
    assert refused.value.field == "order"
    assert chain(route) == ["sms", "viber"]


def test_a_route_of_another_campaign_is_not_put_in_order() -> None:
    campaign, other = draft(Channel.SMS), draft(Channel.VIBER, Channel.VOICE)
    theirs = default_route(other)
    order = list(reversed(theirs.steps.values_list("pk", flat=True)))
    with pytest.raises(DraftRefused):
        drafting.arrange_steps(campaign=campaign, route=theirs, order=order)
    assert chain(theirs) == ["viber", "voice"]


def test_who_was_overtaken_puts_nothing_in_order() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    route, seen = default_route(campaign), campaign.updated_at
    order = list(reversed(route.steps.values_list("pk", flat=True)))
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    with pytest.raises(ChangedMeanwhile):
        drafting.arrange_steps(campaign=campaign, route=route, order=order, seen=seen)
    assert chain(route) == ["sms", "viber"]


def test_what_runs_is_not_put_in_order() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    route = default_route(campaign)
    with pytest.raises(NotADraft):
        drafting.arrange_steps(campaign=campaign, route=route, order=[route.steps.get().pk])
