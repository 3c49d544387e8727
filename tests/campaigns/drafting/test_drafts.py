"""Drafts, from the first answer to the archive."""

from datetime import time, timedelta

import pytest

from campaigns import drafting
from campaigns.drafting import ChangedMeanwhile, DraftRefused, NotADraft
from campaigns.models import AuditEntry, Campaign, Condition, Content, Installation, Link, Step
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import chain, default_route, draft
from tests.factories import make_campaign, make_segment, make_user

pytestmark = pytest.mark.django_db


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
