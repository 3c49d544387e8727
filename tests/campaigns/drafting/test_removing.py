"""Steps removed and put back, and steps duplicated."""

from datetime import timedelta

import pytest

from campaigns import drafting
from campaigns.drafting import ChangedMeanwhile, DraftRefused, NotADraft
from campaigns.models import Campaign, Condition, Step
from campaigns.models.campaigns import CampaignStatus
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import chain, default_route, draft
from tests.factories import make_campaign, make_segment

pytestmark = pytest.mark.django_db

KEPT = ("route", "position", "key", "channel", "sender", "condition", "timeout", "is_waking_time")


def middle(campaign: Campaign) -> Step:
    """The second step, with choices of its own."""
    step = default_route(campaign).steps.get(position=1)
    drafting.set_timeout(campaign=campaign, step=step, timeout=timedelta(hours=5), is_waking_time=True)
    drafting.change_step(campaign=campaign, step=step, sender=step.sender, condition=Condition.GOAL)
    return Step.objects.get(pk=step.pk)


def test_a_removed_step_comes_back_to_its_place_with_everything_it_had() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    step = middle(campaign)
    removed = drafting.remove_step(campaign=campaign, step=step)
    assert chain(default_route(campaign)) == ["sms", "voice"]
    back = drafting.restore_step(campaign=campaign, removed=removed)
    assert chain(default_route(campaign)) == ["sms", "viber", "voice"]
    back.refresh_from_db()
    assert [getattr(back, name) for name in KEPT] == [getattr(step, name) for name in KEPT]


def test_two_removed_steps_come_back_in_turn() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    removed = [
        drafting.remove_step(campaign=campaign, step=step) for step in default_route(campaign).steps.order_by("-pk")[:2]
    ]
    for each in reversed(removed):
        drafting.restore_step(campaign=campaign, removed=each)
    assert chain(default_route(campaign)) == ["sms", "viber", "voice"]


def test_a_step_comes_back_last_where_its_route_has_become_shorter() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    steps = list(default_route(campaign).steps.all())
    removed = drafting.remove_step(campaign=campaign, step=steps[2])
    drafting.remove_step(campaign=campaign, step=steps[0])
    drafting.restore_step(campaign=campaign, removed=removed)
    assert chain(default_route(campaign)) == ["viber", "voice"]


def test_a_step_whose_sender_was_deleted_comes_back_without_one() -> None:
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    removed = drafting.remove_step(campaign=campaign, step=step)
    assert step.sender is not None
    step.sender.delete()
    assert drafting.restore_step(campaign=campaign, removed=removed).sender is None


def test_a_step_comes_back_once() -> None:
    campaign = draft(Channel.SMS)
    removed = drafting.remove_step(campaign=campaign, step=default_route(campaign).steps.get())
    drafting.restore_step(campaign=campaign, removed=removed)
    with pytest.raises(DraftRefused):
        drafting.restore_step(campaign=campaign, removed=removed)
    assert chain(default_route(campaign)) == ["sms"]


def test_a_step_does_not_come_back_to_a_route_that_is_gone_or_of_another_campaign() -> None:
    campaign = draft(Channel.SMS)
    route = drafting.add_route(campaign=campaign, segment=make_segment())
    removed = drafting.remove_step(campaign=campaign, step=route.steps.get())
    with pytest.raises(DraftRefused):
        drafting.restore_step(campaign=draft(), removed=removed)
    drafting.remove_route(campaign=campaign, route=route)
    with pytest.raises(DraftRefused):
        drafting.restore_step(campaign=campaign, removed=removed)


def test_who_was_overtaken_puts_nothing_back() -> None:
    campaign = draft(Channel.SMS)
    removed = drafting.remove_step(campaign=campaign, step=default_route(campaign).steps.get())
    seen = campaign.updated_at
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    with pytest.raises(ChangedMeanwhile):
        drafting.restore_step(campaign=campaign, removed=removed, seen=seen)


def test_a_step_of_another_campaign_is_neither_removed_nor_duplicated() -> None:
    campaign, other = draft(Channel.SMS), draft(Channel.VIBER)
    theirs = default_route(other).steps.get()
    for verb in (drafting.remove_step, drafting.duplicate_step):
        with pytest.raises(Step.DoesNotExist):
            verb(campaign=campaign, step=theirs)
    assert chain(default_route(other)) == ["viber"]


def test_what_runs_keeps_its_steps() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for verb in (drafting.remove_step, drafting.duplicate_step):
        with pytest.raises(NotADraft):
            verb(campaign=campaign, step=default_route(campaign).steps.get())


def test_a_twin_follows_its_step_and_has_a_key_of_its_own() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    step = middle(campaign)
    twin = drafting.duplicate_step(campaign=campaign, step=step)
    assert chain(default_route(campaign)) == ["sms", "viber", "viber", "voice"]
    twin.refresh_from_db()
    assert twin.position == 2
    assert twin.key != step.key
    same = [name for name in KEPT if name not in {"position", "key"}]
    assert [getattr(twin, name) for name in same] == [getattr(step, name) for name in same]
