"""What a worker takes of a sender's queue: at its pace, the urgent first, fairly between campaigns."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from campaigns.engine import rates
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


def test_campaigns_progress_by_their_priority() -> None:
    sender = make_sender(rate_per_second=1000)
    high, normal, low = (queue(sender, 10, priority=priority) for priority in (9, 3, 1))
    assert claimed_of(claim(sender, now=NOON, limit=13)) == {high.pk: 9, normal.pk: 3, low.pk: 1}
    assert claimed_of(claim(sender, now=NOON, limit=13)) == {high.pk: 1, normal.pk: 7, low.pk: 5}


def test_what_is_urgent_goes_first_however_late_it_came() -> None:
    sender = make_sender(rate_per_second=1000)
    bulk = queue(sender, 5)
    urgent = queue(sender, 3, purpose=Purpose.TRANSACTIONAL)
    claimed = claim(sender, now=NOON, limit=6)
    assert [message.campaign.pk for message in claimed.messages] == [urgent.pk] * 3 + [bulk.pk] * 3
    assert {message.status for message in Message.objects.filter(claim_token=claimed.token)} == {MessageStatus.CLAIMED}


def test_a_sender_that_was_idle_saves_up_a_part_of_a_second_and_no_more() -> None:
    sender = make_sender(rate_per_second=1)
    queue(sender, 5)
    assert len(claim(sender, now=NOON, limit=100).messages) == 1
    waiting = claim(sender, now=NOON, limit=100)
    assert waiting.messages == ()
    assert waiting.wait is not None
    assert timedelta(0) < waiting.wait <= timedelta(seconds=1)
    SenderState.objects.update(tokens_at=F("tokens_at") - timedelta(hours=1))
    assert len(claim(sender, now=NOON, limit=100).messages) == 1


def test_what_is_not_needed_of_the_pace_is_put_back() -> None:
    sender = make_sender(rate_per_second=100)
    queue(sender, 2)
    assert len(claim(sender, now=NOON, limit=100).messages) == 2
    assert SenderState.objects.get(sender=sender).tokens == pytest.approx(100 * rates.SAVED_S - 2)


def test_where_one_may_leave_at_a_time_no_campaign_waits_for_the_end_of_another() -> None:
    """The first of them took every one; by chance one gets fewer than eight of fifty with a probability of 2e-7."""
    sender = make_sender(rate_per_second=1_000_000)
    large, small = queue(sender, 50), queue(sender, 50)
    taken: Counter[int] = Counter()
    for _ in range(50):
        taken += claimed_of(claim(sender, now=NOON, limit=1))
    assert taken.total() == 50
    assert min(taken[large.pk], taken[small.pk]) >= 8


def test_where_one_may_leave_at_a_time_the_priority_is_the_chance() -> None:
    """A low one beside a high one gets a tenth: by chance it gets a half of fifty with a probability of 1e-12."""
    sender = make_sender(rate_per_second=1_000_000)
    high, low = queue(sender, 50, priority=9), queue(sender, 50, priority=1)
    taken: Counter[int] = Counter()
    for _ in range(50):
        taken += claimed_of(claim(sender, now=NOON, limit=1))
    assert taken[high.pk] > taken[low.pk]


def test_the_quick_lane_claims_what_is_urgent_and_nothing_else() -> None:
    sender = make_sender(rate_per_second=1000)
    queue(sender, 2)
    urgent = queue(sender, 3, purpose=Purpose.TRANSACTIONAL)
    assert claimed_of(claim(sender, now=NOON, limit=100, is_urgent_only=True)) == {urgent.pk: 3}
    assert claim(sender, now=NOON, limit=100, is_urgent_only=True).messages == []


def test_nothing_is_claimed_of_a_paused_campaign_or_before_its_time() -> None:
    sender = make_sender(rate_per_second=1000)
    paused, later = queue(sender, 2), queue(sender, 2)
    Campaign.objects.filter(pk=paused.pk).update(status=CampaignStatus.PAUSED)
    Message.objects.filter(campaign=later).update(available_at=NOON + timedelta(minutes=1))
    claimed = claim(sender, now=NOON, limit=100)
    assert (claimed.messages, claimed.wait) == ([], None)
