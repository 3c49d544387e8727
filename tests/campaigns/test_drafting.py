"""What can be done to a draft, and what to a campaign that runs."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns import drafting
from campaigns.drafting import ChangedMeanwhile, DraftRefused, NotADraft, RunningLimits
from campaigns.models import AuditEntry, Campaign, Condition, Content, Installation, Link, Route, Step
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from channels.kinds import Channel
from channels.models import Sender
from tests.factories import (
    RoutePlan,
    StepPlan,
    ago,
    make_account,
    make_campaign,
    make_price,
    make_segment,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db


def draft(*channels: Channel) -> Campaign:
    """A draft whose default route has a step on each of `channels`."""
    return make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=channel) for channel in channels])])


def default_route(campaign: Campaign) -> Route:
    """The route for everyone else."""
    return Route.objects.get(version=campaign.version_id, segment=None)


def chain(route: Route) -> list[str]:
    """The channels of a route in their order."""
    steps = list(route.steps.order_by("position"))
    assert [step.position for step in steps] == list(range(len(steps)))
    return [step.channel for step in steps]


def ways(campaign: Campaign) -> list[str]:
    """The segments of the routes in the order they are tried, '' for everyone else."""
    routes = Route.objects.filter(version=campaign.version_id).order_by("position")
    assert [route.position for route in routes] == list(range(len(routes)))
    return [route.segment.name if route.segment else "" for route in routes]


# --- Drafts ----------------------------------------------------------------------------------------


def test_a_new_draft_has_the_installations_limits_and_an_empty_route_for_everyone() -> None:
    Installation.objects.create(quiet_from=time(22), quiet_until=time(8), cap_campaigns=2, cap_days=3)
    actor, segment = make_user(), make_segment()
    campaign = drafting.create(name="Autumn", segment=segment, actor=actor)
    assert (campaign.status, campaign.kind, campaign.segment) == (CampaignStatus.DRAFT, CampaignKind.ONCE, segment)
    assert (campaign.quiet_from, campaign.quiet_until) == (time(22), time(8))
    assert (campaign.cap_campaigns, campaign.cap_days, campaign.created_by) == (2, 3, actor)
    assert chain(default_route(campaign)) == []


def test_a_campaign_that_people_enter_one_by_one_has_no_audience() -> None:
    with pytest.raises(DraftRefused) as refused:
        drafting.create(name="Cart", kind=CampaignKind.API, segment=make_segment(), actor=None)
    assert refused.value.field == "segment"
    assert not Campaign.objects.exists()


def test_the_audience_of_a_draft_can_change() -> None:
    campaign, segment = draft(Channel.SMS), make_segment()
    drafting.change_audience(
        campaign=campaign, name="Winter", kind=CampaignKind.ONCE, purpose="transactional", segment=segment
    )
    campaign.refresh_from_db()
    assert (campaign.name, campaign.purpose, campaign.segment) == ("Winter", "transactional", segment)


def test_somebody_who_was_overtaken_by_another_editor_is_told_and_changes_nothing() -> None:
    campaign = draft(Channel.SMS)
    seen = campaign.updated_at
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs", seen=seen)
    with pytest.raises(ChangedMeanwhile):
        drafting.set_link(campaign=campaign, url="https://shop.example.com/mine", seen=seen)
    assert Link.objects.get().url == "https://shop.example.com/theirs"


def test_whoever_has_seen_the_latest_change_may_go_on() -> None:
    campaign = draft(Channel.SMS)
    drafting.set_link(campaign=campaign, url="https://shop.example.com/first", seen=campaign.updated_at)
    drafting.set_link(campaign=campaign, url="https://shop.example.com/second", seen=campaign.updated_at)
    assert Link.objects.get().url == "https://shop.example.com/second"


@pytest.mark.parametrize("status", [status for status in CampaignStatus if status != CampaignStatus.DRAFT])
def test_a_campaign_that_was_launched_is_no_draft(status: CampaignStatus) -> None:
    campaign = make_campaign(status=status)
    step = Step.objects.get(route__version=campaign.version_id)
    for change in (
        lambda: drafting.add_step(campaign=campaign, route=step.route, channel=Channel.SMS, sender=step.sender),
        lambda: drafting.remove_step(campaign=campaign, step=step),
        lambda: drafting.move_step(campaign=campaign, step=step, by=1),
        lambda: drafting.set_timeout(campaign=campaign, step=step, timeout=timedelta(hours=1), is_waking_time=False),
        lambda: drafting.change_step(campaign=campaign, step=step, sender=None, condition=Condition.GOAL),
        lambda: drafting.order_by_price(campaign=campaign, route=step.route),
        lambda: drafting.add_route(campaign=campaign, segment=make_segment()),
        lambda: drafting.write_content(campaign=campaign, text="Other"),
        lambda: drafting.remove_content(campaign=campaign, channel=""),
        lambda: drafting.set_link(campaign=campaign, url=""),
        lambda: drafting.set_schedule(campaign=campaign, starts_at=None, ends_at=None),
        lambda: drafting.delete(campaign=campaign, actor=None),
    ):
        with pytest.raises(NotADraft):
            change()
    assert Step.objects.get() == step
    assert Content.objects.get().text.startswith("Hello")


def test_a_draft_can_be_deleted_and_leaves_a_note_of_it() -> None:
    campaign, actor = draft(Channel.SMS, Channel.VIBER), make_user()
    drafting.delete(campaign=campaign, actor=actor)
    assert not Campaign.objects.exists()
    note = AuditEntry.objects.get()
    assert (note.verb, note.actor, note.subject_id) == ("delete", actor, campaign.pk)


def test_a_campaign_that_is_over_is_archived_and_keeps_everything() -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    drafting.archive(campaign=campaign, actor=None)
    campaign.refresh_from_db()
    assert campaign.archived_at is not None
    assert Step.objects.count() == 1


def test_a_campaign_with_people_inside_cannot_be_archived() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    with pytest.raises(NotADraft):
        drafting.archive(campaign=campaign, actor=None)


def test_a_copy_is_a_draft_with_the_same_chain_texts_and_limits_and_no_schedule() -> None:
    segment = make_segment()
    campaign = make_campaign(
        status=CampaignStatus.FINISHED,
        routes=[
            RoutePlan(steps=[StepPlan(channel=Channel.TELEGRAM)], segment=segment),
            RoutePlan(steps=[StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.VIBER)]),
        ],
        starts_at=ago(days=9),
        ends_at=ago(days=2),
        budget=Decimal(100),
        quiet_from=time(20),
        quiet_until=time(10),
        priority=3,
    )
    copied = drafting.copy(campaign=campaign, name="Again", actor=None)
    copied.refresh_from_db()
    assert (copied.status, copied.name, copied.budget, copied.priority) == ("draft", "Again", Decimal(100), 3)
    assert (copied.quiet_from, copied.starts_at, copied.ends_at) == (time(20), None, None)
    assert ways(copied) == [segment.name, ""]
    assert chain(default_route(copied)) == ["sms", "viber"]
    assert [content.text for content in copied.version.contents.all()] == [
        content.text for content in campaign.version.contents.all()
    ]
    assert copied.version.links.get().url == campaign.version.links.get().url


def test_changing_a_copy_leaves_the_original_alone() -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    copied = drafting.copy(campaign=campaign, name="Again", actor=None)
    drafting.write_content(campaign=copied, text="Other words")
    drafting.remove_step(campaign=copied, step=default_route(copied).steps.get())
    assert campaign.version.contents.get().text.startswith("Hello")
    assert chain(default_route(campaign)) == ["sms"]


# --- Steps -----------------------------------------------------------------------------------------


def priced_sender(channel: Channel, amount: str) -> Sender:
    """A sender whose messages cost `amount` dollars."""
    account = make_account()
    make_price(account=account, channel=channel, amount=amount)
    return make_sender(channel=channel, account=account)


def test_a_new_step_gets_the_cheapest_sender_and_the_usual_condition() -> None:
    priced_sender(Channel.SMS, "0.05")
    cheap = priced_sender(Channel.SMS, "0.03")
    make_sender(channel=Channel.SMS, is_active=False)
    campaign = draft()
    step = drafting.add_step(campaign=campaign, route=default_route(campaign), channel=Channel.SMS)
    assert (step.sender, step.condition, step.timeout) == (cheap, Condition.CLICKED, timedelta(hours=2))


def test_a_step_without_any_sender_waits_for_one() -> None:
    campaign = draft()
    step = drafting.add_step(campaign=campaign, route=default_route(campaign), channel=Channel.VOICE)
    assert (step.sender, step.condition) == (None, Condition.ANSWERED)


def test_new_steps_stand_from_the_cheapest_to_the_dearest() -> None:
    for channel, amount in (
        (Channel.VOICE, "0.11"),
        (Channel.SMS, "0.031"),
        (Channel.PUSH, "0"),
        (Channel.VIBER, "0.042"),
    ):
        priced_sender(channel, amount)
    campaign = draft()
    for channel in (Channel.VOICE, Channel.SMS, Channel.VIBER, Channel.PUSH):
        drafting.add_step(campaign=campaign, route=default_route(campaign), channel=channel)
    assert chain(default_route(campaign)) == ["push", "sms", "viber", "voice"]


def test_a_new_step_is_the_last_where_somebody_chose_another_order() -> None:
    priced_sender(Channel.PUSH, "0")
    campaign = draft(Channel.VIBER, Channel.SMS)
    drafting.add_step(campaign=campaign, route=default_route(campaign), channel=Channel.PUSH)
    assert chain(default_route(campaign)) == ["viber", "sms", "push"]


def test_a_step_without_a_price_stands_where_its_channel_usually_does() -> None:
    """A call never comes before an SMS only because nobody has told what a call costs."""
    campaign = draft(Channel.VOICE, Channel.SMS, Channel.EMAIL)
    sms = default_route(campaign).steps.get(channel=Channel.SMS)
    make_price(account=sms.sender.account, channel=Channel.SMS, amount="0.031")
    drafting.order_by_price(campaign=campaign, route=default_route(campaign))
    assert chain(default_route(campaign)) == ["sms", "email", "voice"]


@pytest.mark.parametrize(
    ("moved", "by", "result"),
    [
        (1, -1, ["viber", "sms", "voice"]),
        (1, 1, ["sms", "voice", "viber"]),
        # Nothing is before the first and after the last.
        (0, -1, ["sms", "viber", "voice"]),
        (2, 1, ["sms", "viber", "voice"]),
    ],
)
def test_a_step_moves_up_and_down(moved: int, by: int, result: list[str]) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    step = default_route(campaign).steps.get(position=moved)
    drafting.move_step(campaign=campaign, step=step, by=by)
    assert chain(default_route(campaign)) == result


def test_removing_a_step_closes_the_gap() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    drafting.remove_step(campaign=campaign, step=default_route(campaign).steps.get(position=1))
    assert chain(default_route(campaign)) == ["sms", "voice"]


@pytest.mark.parametrize("timeout", [timedelta(0), timedelta(seconds=29), timedelta(days=91), timedelta(hours=-1)])
def test_a_step_waits_neither_too_short_nor_too_long(timeout: timedelta) -> None:
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    with pytest.raises(DraftRefused) as refused:
        drafting.set_timeout(campaign=campaign, step=step, timeout=timeout, is_waking_time=False)
    assert refused.value.field == "timeout"
    step.refresh_from_db()
    assert step.timeout == timedelta(hours=2)


def test_the_shortest_wait_is_a_setting(settings: Any) -> None:
    settings.STEP_TIMEOUT_MIN = timedelta(seconds=2)
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    drafting.set_timeout(campaign=campaign, step=step, timeout=timedelta(seconds=2), is_waking_time=True)
    step.refresh_from_db()
    assert (step.timeout, step.is_waking_time) == (timedelta(seconds=2), True)


def test_a_step_is_not_sent_by_a_sender_of_another_channel() -> None:
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    with pytest.raises(DraftRefused) as refused:
        drafting.change_step(
            campaign=campaign, step=step, sender=make_sender(channel=Channel.VIBER), condition=Condition.CLICKED
        )
    assert refused.value.field == "sender"


# --- Routes ----------------------------------------------------------------------------------------


def test_a_route_is_tried_before_everyone_else_and_starts_with_their_steps() -> None:
    campaign, young = draft(Channel.SMS, Channel.VIBER), make_segment(name="18 to 25")
    route = drafting.add_route(campaign=campaign, segment=young)
    assert ways(campaign) == ["18 to 25", ""]
    assert chain(route) == ["sms", "viber"]


def test_a_route_can_start_empty() -> None:
    campaign = draft(Channel.SMS)
    assert chain(drafting.add_route(campaign=campaign, segment=make_segment(), is_copy=False)) == []


def test_routes_are_tried_in_the_order_that_was_chosen() -> None:
    campaign = draft(Channel.SMS)
    routes = [drafting.add_route(campaign=campaign, segment=make_segment(name=name)) for name in ("A", "B", "C")]
    assert ways(campaign) == ["A", "B", "C", ""]
    drafting.move_route(campaign=campaign, route=routes[2], by=-1)
    assert ways(campaign) == ["A", "C", "B", ""]
    drafting.move_route(campaign=campaign, route=routes[1], by=1)
    assert ways(campaign) == ["A", "C", "B", ""]
    drafting.remove_route(campaign=campaign, route=routes[0])
    assert ways(campaign) == ["C", "B", ""]


def test_a_segment_has_one_route() -> None:
    campaign, young = draft(Channel.SMS), make_segment()
    drafting.add_route(campaign=campaign, segment=young)
    with pytest.raises(DraftRefused):
        drafting.add_route(campaign=campaign, segment=young)
    assert len(ways(campaign)) == 2


def test_the_route_for_everyone_else_stays_and_stays_last() -> None:
    campaign = draft(Channel.SMS)
    drafting.add_route(campaign=campaign, segment=make_segment())
    for change in (
        lambda: drafting.remove_route(campaign=campaign, route=default_route(campaign)),
        lambda: drafting.move_route(campaign=campaign, route=default_route(campaign), by=-1),
    ):
        with pytest.raises(DraftRefused):
            change()
    assert ways(campaign)[-1] == ""


# --- Content ---------------------------------------------------------------------------------------


def test_a_channel_may_have_a_text_of_its_own_and_give_it_up_again() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="For Viber", button_label="Look")
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="For Viber, better")
    texts = dict(campaign.version.contents.values_list("channel", "text"))
    assert texts["viber"] == "For Viber, better"
    assert texts[""].startswith("Hello")
    drafting.remove_content(campaign=campaign, channel=Channel.VIBER)
    assert campaign.version.contents.get().channel == ""


def test_the_link_gets_an_address_another_and_none() -> None:
    campaign = draft(Channel.SMS)
    drafting.write_content(campaign=campaign, text="See {{ link }}", link_url="https://shop.example.com/a")
    assert campaign.version.links.get().url == "https://shop.example.com/a"
    drafting.write_content(campaign=campaign, text="See {{ link }}!")
    assert campaign.version.links.get().url == "https://shop.example.com/a"
    drafting.write_content(campaign=campaign, text="See {{ link }}!", link_url="")
    assert not campaign.version.links.exists()


def test_each_link_has_a_place_of_its_own() -> None:
    campaign = draft(Channel.SMS)
    drafting.set_link(campaign=campaign, url="https://shop.example.com/terms", name="terms")
    assert sorted(campaign.version.links.values_list("name", "position")) == [("link", 0), ("terms", 1)]


# --- While it runs ---------------------------------------------------------------------------------


def limits(**changes: Any) -> RunningLimits:
    """Limits for a campaign that runs."""
    given = {
        "quiet_from": None,
        "quiet_until": None,
        "cap_campaigns": None,
        "cap_days": 7,
        "on_cap": "end",
        "budget": None,
    }
    return RunningLimits(**{**given, **changes})


def test_limits_and_end_of_a_running_campaign_change_and_are_audited() -> None:
    campaign, actor = make_campaign(status=CampaignStatus.RUNNING, budget=Decimal(50)), make_user()
    drafting.change_running_limits(
        campaign=campaign, limits=limits(budget=Decimal(80)), ends_at=None, actor=actor, seen=campaign.updated_at
    )
    campaign.refresh_from_db()
    assert campaign.budget == Decimal(80)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.details) == (
        "change_limits",
        actor,
        {"changes": {"budget": ["50.0000", "80"]}},
    )


def test_limits_that_stay_as_they_are_leave_no_trace() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    drafting.change_running_limits(campaign=campaign, limits=limits(), ends_at=None, actor=None)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("status", [CampaignStatus.DRAFT, CampaignStatus.FINISHED, CampaignStatus.CANCELLED])
def test_limits_of_a_campaign_that_does_not_run_are_not_changed_that_way(status: CampaignStatus) -> None:
    campaign = make_campaign(status=status)
    with pytest.raises(NotADraft):
        drafting.change_running_limits(campaign=campaign, limits=limits(), ends_at=None, actor=None)


def test_the_sender_of_a_frozen_step_can_change_and_nothing_else_of_it() -> None:
    """DESIGN §3.9: the database itself refuses every other change of a frozen version."""
    campaign, actor = make_campaign(status=CampaignStatus.RUNNING), make_user()
    step = Step.objects.select_related("sender").get()
    other = make_sender(channel=Channel.SMS)
    drafting.change_sender(campaign=campaign, step=step, sender=other, actor=actor)
    step.refresh_from_db()
    assert step.sender == other
    assert AuditEntry.objects.get().verb == "change_sender"
    with pytest.raises(IntegrityError), transaction.atomic():
        Step.objects.filter(pk=step.pk).update(timeout=timedelta(hours=9))
