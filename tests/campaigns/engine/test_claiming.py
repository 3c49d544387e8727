"""What a worker takes of a sender's queue: at its pace, the urgent first, fairly between campaigns."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.engine.claiming import Claim, claim
from campaigns.models import Campaign, Message, Purpose
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.models import Sender, SenderState
from tests.factories import NOON, RoutePlan, StepPlan, make_campaign, make_enrolment, make_message, make_sender

pytestmark = pytest.mark.django_db


def queue(sender: Sender, count: int, **fields: object) -> Campaign:
    """A running campaign with `count` messages that wait for `sender`."""
    campaign = make_campaign(
        status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=[StepPlan(sender=sender)])], **fields
    )
    for _ in range(count):
        make_message(enrolment=make_enrolment(campaign=campaign), available_at=NOON)
    return campaign


def claimed_of(claimed: Claim) -> Counter[int]:
    """How many were claimed of each campaign."""
    return Counter(message.campaign.pk for message in claimed.messages)


def test_two_campaigns_of_unequal_size_both_progress() -> None:
    sender = make_sender(rate_per_second=1000)
    large, small = queue(sender, 12), queue(sender, 4)
    claimed = claim(sender, now=NOON, limit=8)
    assert claimed_of(claimed) == {large.pk: 4, small.pk: 4}
    assert claimed_of(claim(sender, now=NOON, limit=8)) == {large.pk: 8}


def test_what_is_urgent_goes_first_however_late_it_came() -> None:
    sender = make_sender(rate_per_second=1000)
    bulk = queue(sender, 5)
    urgent = queue(sender, 3, purpose=Purpose.TRANSACTIONAL)
    claimed = claim(sender, now=NOON, limit=6)
    assert [message.campaign.pk for message in claimed.messages] == [urgent.pk] * 3 + [bulk.pk] * 3
    assert {message.status for message in Message.objects.filter(claim_token=claimed.token)} == {MessageStatus.CLAIMED}


def test_no_more_is_taken_than_the_sender_may_send_in_a_second() -> None:
    sender = make_sender(rate_per_second=3)
    queue(sender, 5)
    assert len(claim(sender, now=NOON, limit=100).messages) == 3
    waiting = claim(sender, now=NOON, limit=100)
    assert waiting.messages == ()
    assert waiting.wait is not None
    assert timedelta(0) < waiting.wait <= timedelta(seconds=1 / 3)


def test_what_is_not_needed_of_the_pace_is_put_back() -> None:
    sender = make_sender(rate_per_second=10)
    queue(sender, 2)
    assert len(claim(sender, now=NOON, limit=100).messages) == 2
    assert SenderState.objects.get(sender=sender).tokens == pytest.approx(8)


def test_nothing_is_claimed_of_a_paused_campaign_or_before_its_time() -> None:
    sender = make_sender(rate_per_second=1000)
    paused, later = queue(sender, 2), queue(sender, 2)
    Campaign.objects.filter(pk=paused.pk).update(status=CampaignStatus.PAUSED)
    Message.objects.filter(campaign=later).update(available_at=NOON + timedelta(minutes=1))
    claimed = claim(sender, now=NOON, limit=100)
    assert (claimed.messages, claimed.wait) == ([], None)
