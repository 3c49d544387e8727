"""What can be changed of a campaign that runs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns import drafting
from campaigns.drafting import NotADraft, RunningLimits
from campaigns.models import AuditEntry, Priority, Step
from campaigns.models.campaigns import CampaignStatus
from channels.kinds import Channel
from tests.factories import make_campaign, make_sender, make_user

pytestmark = pytest.mark.django_db


def limits(**changes: Any) -> RunningLimits:
    """Limits for a campaign that runs."""
    given = {
        "quiet_from": None,
        "quiet_until": None,
        "cap_campaigns": None,
        "cap_days": 7,
        "on_cap": "end",
        "budget": None,
        "priority": Priority.NORMAL,
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
