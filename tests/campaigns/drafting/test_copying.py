"""Copies of campaigns."""

from datetime import time
from decimal import Decimal

import pytest

from campaigns import drafting
from campaigns.models.campaigns import CampaignStatus, Priority
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import chain, default_route, ways
from tests.factories import RoutePlan, StepPlan, ago, make_campaign, make_segment

pytestmark = pytest.mark.django_db


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
        priority=Priority.HIGH,
    )
    copied = drafting.copy(campaign=campaign, name="Again", actor=None)
    copied.refresh_from_db()
    assert (copied.status, copied.name, copied.budget, copied.priority) == (
        "draft",
        "Again",
        Decimal(100),
        Priority.HIGH,
    )
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
