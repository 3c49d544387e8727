"""Whom a batch of decisions takes: the urgent first, evenly between campaigns."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.engine.due import campaigns_with_due, lock_due
from campaigns.models import Campaign, Enrolment, Purpose
from campaigns.models.campaigns import CampaignStatus
from tests.factories import NOON, make_campaign, make_enrolment

pytestmark = pytest.mark.django_db


def running(people: int, *, since: timedelta = timedelta(0), **fields: object) -> Campaign:
    """A running campaign with `people` who are due `since` so long before noon."""
    campaign = make_campaign(status=CampaignStatus.RUNNING, **fields)
    for _ in range(people):
        make_enrolment(campaign=campaign, next_at=NOON - since)
    return campaign


def taken(*, limit: int, is_urgent_only: bool = False) -> Counter[int]:
    """How many of each campaign a batch of `limit` takes."""
    rows = lock_due(NOON, limit=limit, is_urgent_only=is_urgent_only)
    assert len({one.pk for one in rows}) == len(rows)
    return Counter(one.campaign_id for one in rows)


def test_a_small_campaign_does_not_wait_until_everybody_of_a_large_one_is_decided() -> None:
    large, small = running(12, since=timedelta(hours=1)), running(3)
    assert taken(limit=8) == {large.pk: 5, small.pk: 3}


def test_what_is_urgent_is_decided_first_however_late_it_came() -> None:
    running(12, since=timedelta(hours=1))
    urgent = running(3, purpose=Purpose.TRANSACTIONAL)
    assert taken(limit=3) == {urgent.pk: 3}
    assert taken(limit=100, is_urgent_only=True) == {urgent.pk: 3}


def test_nobody_is_taken_before_their_time() -> None:
    running(2, since=-timedelta(seconds=1))
    assert taken(limit=100) == {}
    assert campaigns_with_due(NOON) == []


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.CANCELLED, CampaignStatus.FINISHED])
def test_whoever_is_inside_is_looked_at_whatever_became_of_the_campaign(status: CampaignStatus) -> None:
    campaign = running(1)
    Campaign.objects.filter(pk=campaign.pk).update(status=status)
    assert taken(limit=100) == {campaign.pk: 1}
    assert Enrolment.objects.open().count() == 1
