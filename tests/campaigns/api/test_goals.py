"""POST /api/goals: a goal stops the cascades of whoever reached it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Attempt, Enrolment, Event, Message, Outcome
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.messages import AttemptStatus
from campaigns.reports import campaign_report
from campaigns.reports_timeline import timeline
from tests.campaigns.api.calling import Caller
from tests.campaigns.histories import changes as counted
from tests.campaigns.histories import count
from tests.factories import NOON, make_campaign, make_contact, make_enrolment, make_message

pytestmark = pytest.mark.django_db

PHONE = "+380501234567"


@pytest.fixture
def enrolment() -> Enrolment:
    """Somebody who waits at the first step, with its message accepted, all of it counted."""
    campaign = make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING)
    made = make_enrolment(campaign=campaign, contact=make_contact(phone=PHONE, external_id="A-1"), step_position=0)
    make_message(enrolment=made, status="accepted", decide_at=NOON + timedelta(hours=2))
    for step, counter, value in counted(made):
        count(made, counter, step=step, value=value)
    return made


def is_engaged(enrolment: Enrolment) -> bool:
    """Did the cascade stop with success, and do the figures say so?"""
    enrolment.refresh_from_db()
    report = campaign_report(enrolment.campaign_id)
    assert report.problems() == []
    return enrolment.outcome == Outcome.ENGAGED and report.audience.engaged == 1


@pytest.mark.parametrize("named", ["enrolment_id", "external_id", "phone", "reference"])
def test_a_goal_stops_the_cascade_of_whoever_is_named(caller: Caller, enrolment: Enrolment, named: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "enrolment_id": {"enrolment_id": enrolment.pk},
        "external_id": {"contact": {"external_id": "A-1"}},
        "phone": {"contact": {"phone": PHONE}, "campaign_id": enrolment.campaign_id},
        "reference": {"reference": str(make_attempt(enrolment).key)},
    }
    response = caller.post("goals", {"name": "bought", **ways[named]})
    assert (response.status_code, response.json()) == (201, {"enrolment_ids": [enrolment.pk], "recorded": 1})
    assert is_engaged(enrolment)
    assert enrolment.credit_step_key == enrolment.messages.get().step.key
    texts = [entry.text for entry in timeline(enrolment).entries]
    assert "The goal was reached." in texts


def test_the_same_goal_told_twice_counts_once(caller: Caller, enrolment: Enrolment) -> None:
    goal = {"name": "bought", "enrolment_id": enrolment.pk}
    answers = [caller.post("goals", goal, key="order-5") for _time in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Event.objects.filter(enrolment_id=enrolment.pk).count() == 1
    assert is_engaged(enrolment)


def test_a_goal_after_the_end_changes_no_outcome(caller: Caller, enrolment: Enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(outcome=Outcome.EXHAUSTED, next_at=None, ended_at=NOON)
    Message.objects.filter(enrolment=enrolment).update(fate="ended")
    caller.post("goals", {"name": "bought", "contact": {"external_id": "A-1"}})
    enrolment.refresh_from_db()
    assert enrolment.outcome == Outcome.EXHAUSTED
    assert enrolment.engaged_late_at is not None


def test_a_goal_of_a_contact_goes_to_all_campaigns_they_are_in(caller: Caller, enrolment: Enrolment) -> None:
    other = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING), contact=enrolment.contact)
    response = caller.post("goals", {"name": "bought", "contact": {"external_id": "A-1"}})
    assert response.json() == {"enrolment_ids": [enrolment.pk, other.pk], "recorded": 2}


def test_a_goal_may_be_told_with_its_own_instant(caller: Caller, enrolment: Enrolment) -> None:
    at = timezone.now() - timedelta(hours=3)
    caller.post("goals", {"name": "bought", "enrolment_id": enrolment.pk, "occurred_at": at.isoformat()})
    assert Event.objects.get(enrolment_id=enrolment.pk).occurred_at == at


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"enrolment_id": 999_999}, 404, "enrolment_id"),
        ({"reference": str(uuid.uuid4())}, 404, "reference"),
        ({"contact": {"external_id": "nobody"}}, 404, "contact"),
        ({"contact": {"external_id": "A-1"}, "campaign_id": 999_999}, 404, "contact"),
        ({}, 422, "contact"),
        ({"enrolment_id": 1, "contact": {"external_id": "A-1"}}, 422, "contact"),
        ({"enrolment_id": 1, "occurred_at": "2026-01-01T00:00:00"}, 422, "occurred_at"),
        ({"enrolment_id": 1, "name": ""}, 422, "name"),
    ],
)
def test_a_goal_of_nobody_is_refused_at_the_field(
    caller: Caller, given: dict[str, Any], status: int, field: str
) -> None:
    make_contact(external_id="A-1")
    response = caller.post("goals", {"name": "bought", **given})
    assert (response.status_code, response.json()["error"]["field"]) == (status, field)


def test_a_goal_in_the_future_is_refused(caller: Caller, enrolment: Enrolment) -> None:
    at = (timezone.now() + timedelta(days=1)).isoformat()
    response = caller.post("goals", {"name": "bought", "enrolment_id": enrolment.pk, "occurred_at": at})
    assert (response.status_code, response.json()["error"]["field"]) == (422, "occurred_at")


def make_attempt(enrolment: Enrolment) -> Attempt:
    """The request that the enrolment's message went out by."""
    message = enrolment.messages.get()
    sender = message.sender
    assert sender is not None
    return Attempt.objects.create(
        message=message,
        campaign=message.campaign,
        step=message.step,
        account=sender.account,
        sender=sender,
        address_hash="0" * 32,
        status=AttemptStatus.ACCEPTED,
        created_at=NOON,
        sending_at=NOON,
    )
