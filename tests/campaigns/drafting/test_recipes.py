"""Recipes: the chains that they make."""

from datetime import timedelta

import pytest

from campaigns import conditions, drafting
from campaigns.drafting import ChangedMeanwhile, DraftRefused, NotADraft
from campaigns.drafting.recipes import RECIPES, Recipe, find_recipe
from campaigns.models import Campaign, Condition, Route, Segment, User
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import chain, default_route, draft, ways
from tests.factories import make_account, make_campaign, make_price, make_segment, make_sender, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer() -> User:
    """Somebody who may make segments."""
    return make_user(roles=[Role.MARKETER])


def recipe(key: str) -> Recipe:
    """The recipe called `key`."""
    found = find_recipe(key)
    assert found is not None
    return found


def senders(*channels: Channel) -> None:
    """A sender on each of `channels`, all on one account without prices."""
    account = make_account()
    for channel in channels:
        make_sender(channel=channel, account=account)


def follow(campaign: Campaign, key: str, *, replacing: int = 0, maker: User | None = None) -> Route:
    """The route that was filled by the recipe called `key`."""
    return drafting.follow_recipe(
        campaign=campaign, route=default_route(campaign), recipe=recipe(key), replacing=replacing, maker=maker
    )


@pytest.mark.parametrize(
    ("key", "made"),
    [
        ("sms-call", ["sms", "voice"]),
        ("sms-viber", ["sms", "viber"]),
        ("sms-whatsapp", ["sms", "whatsapp"]),
        ("payment", ["email", "sms", "call_task"]),
        ("win-back", ["push", "email", "viber", "sms"]),
    ],
)
def test_a_recipe_makes_its_chain(key: str, made: list[str]) -> None:
    senders(*Channel)
    assert chain(follow(draft(), key)) == made


@pytest.mark.parametrize("each", RECIPES, ids=lambda each: each.key)
def test_every_recipe_waits_for_what_its_channels_report(each: Recipe, marketer: User) -> None:
    senders(*Channel)
    for step in follow(draft(), each.key, maker=marketer).steps.select_related("sender__account"):
        told = conditions.signals_of(channel=step.channel, sender=step.sender, has_link=True)
        assert conditions.refusal(step.condition, told, source="") is None
        assert drafting.timeout_problem(step.timeout) == ""


def test_a_payment_reminder_waits_for_the_payment() -> None:
    senders(Channel.SMS)
    step = follow(draft(), "payment").steps.get()
    assert (step.condition, step.timeout) == (Condition.GOAL, timedelta(days=1))


def test_the_cheapest_comes_first_and_who_has_no_sender_is_left_out() -> None:
    for channel, amount in ((Channel.SMS, "0.05"), (Channel.VIBER, "0.02"), (Channel.PUSH, "0")):
        account = make_account()
        make_price(account=account, channel=channel, amount=amount)
        make_sender(channel=channel, account=account)
    assert chain(follow(draft(), "cheapest-first")) == ["push", "viber", "sms"]


def test_without_any_sender_the_cheapest_first_makes_nothing() -> None:
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    drafting.change_step(campaign=campaign, step=step, sender=None, condition=step.condition)
    assert step.sender is not None
    step.sender.delete()
    with pytest.raises(DraftRefused) as refused:
        follow(campaign, "cheapest-first", replacing=1)
    assert refused.value.field == "recipe"
    assert chain(default_route(campaign)) == ["sms"]


def test_a_call_is_made_by_whoever_can_call() -> None:
    senders(Channel.SMS, Channel.CALL_TASK)
    assert chain(follow(draft(), "sms-call")) == ["sms", "call_task"]


def test_a_step_whose_channel_has_no_sender_is_made_and_waits_for_one() -> None:
    senders(Channel.SMS)
    assert recipe("sms-whatsapp").lacking({"sms"}) == [Channel.WHATSAPP]
    route = follow(draft(), "sms-whatsapp")
    assert [step.sender_id is None for step in route.steps.all()] == [False, True]


def test_the_young_get_a_route_and_a_segment_of_their_own(marketer: User) -> None:
    senders(Channel.SMS, Channel.TELEGRAM, Channel.VIBER)
    campaign = draft(Channel.EMAIL)
    route = follow(campaign, "young", maker=marketer)
    assert ways(campaign) == ["18 to 25", ""]
    assert chain(route) == ["telegram", "viber", "sms"]
    assert chain(default_route(campaign)) == ["email"]
    assert Segment.objects.get().created_by == marketer


def test_a_segment_that_is_there_is_chosen(marketer: User) -> None:
    senders(Channel.SMS)
    rule = {"op": "all", "rules": [{"field": "age", "is": "between", "value": [18, 25]}]}
    ours = make_segment(name="Students and so on", rule=rule)
    campaign = draft()
    assert follow(campaign, "young", maker=None).segment == ours
    # The second time the route is there, and has a step.
    assert follow(campaign, "young", replacing=1).segment == ours
    assert Segment.objects.count() == 1


def test_a_name_that_is_taken_gets_a_number(marketer: User) -> None:
    senders(Channel.SMS)
    make_segment(name="18 to 25")
    assert follow(draft(), "young", maker=marketer).segment == Segment.objects.get(name="18 to 25 2")


def test_who_may_not_make_segments_is_told_and_nothing_changes() -> None:
    senders(Channel.SMS)
    campaign = draft()
    with pytest.raises(DraftRefused) as refused:
        follow(campaign, "young", maker=None)
    assert refused.value.field == "segment"
    assert ways(campaign) == [""]


@pytest.mark.parametrize("replacing", [0, 1, 3])
def test_no_other_number_of_steps_is_replaced_than_was_told(replacing: int) -> None:
    campaign = draft(Channel.EMAIL, Channel.VOICE)
    with pytest.raises(DraftRefused) as refused:
        follow(campaign, "sms-viber", replacing=replacing)
    assert refused.value.field == "replacing"
    assert chain(default_route(campaign)) == ["email", "voice"]


def test_steps_are_replaced_by_whoever_knows_how_many() -> None:
    campaign = draft(Channel.EMAIL, Channel.VOICE)
    assert chain(follow(campaign, "sms-viber", replacing=2)) == ["sms", "viber"]


def test_a_route_of_another_campaign_is_not_filled() -> None:
    campaign, other = draft(), draft()
    with pytest.raises(Route.DoesNotExist):
        drafting.follow_recipe(
            campaign=campaign, route=default_route(other), recipe=recipe("sms-viber"), replacing=0, maker=None
        )
    assert chain(default_route(other)) == []


def test_who_was_overtaken_fills_nothing() -> None:
    campaign = draft()
    seen = campaign.updated_at
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    with pytest.raises(ChangedMeanwhile):
        drafting.follow_recipe(
            campaign=campaign,
            route=default_route(campaign),
            recipe=recipe("sms-viber"),
            replacing=0,
            maker=None,
            seen=seen,
        )


def test_what_runs_is_not_filled() -> None:
    with pytest.raises(NotADraft):
        follow(make_campaign(status=CampaignStatus.RUNNING), "sms-viber", replacing=1)
