"""A person's time-line: what was sent, what was answered and what was reported, in words."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns.engine.reasons import Reason
from campaigns.models import Attempt, Enrolment, Fate, HoldReason, Link, Message, Outcome
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import AttemptStatus, MessageStatus
from campaigns.reports_timeline import timeline
from campaigns.signals_policy import MachineRule
from channels.events import EventType
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    make_campaign,
    make_contact,
    make_enrolment,
    make_event,
    make_message,
    make_segment,
    make_sender,
)

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def enrolment() -> Enrolment:
    """Somebody at the first of two steps."""
    shop = make_sender(name="SHOP")
    steps = [StepPlan(sender=shop), StepPlan(sender=shop)]
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=steps)])
    return make_enrolment(campaign=campaign, contact=make_contact(), step_position=0)


def texts(enrolment: Enrolment) -> list[str]:
    """Everything that the time-line says, small print included."""
    return [line for entry in timeline(enrolment).entries for line in (entry.text, *entry.details)]


def make_attempt(message: Message, **fields: Any) -> Attempt:
    """A request for `message`."""
    sender = message.sender
    assert sender is not None
    return Attempt.objects.create(
        message=message,
        campaign=message.campaign,
        step=message.step,
        account=sender.account,
        sender=sender,
        address_hash="0" * 32,
        created_at=NOON,
        sending_at=NOON,
        **fields,
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"status": AttemptStatus.FAILED, "error_code": "21211", "error_detail": "no such number"},
            ["It failed for good.", "The vendor's words: 21211 no such number"],
        ),
        (
            {"status": AttemptStatus.NOT_SENT},
            ["It did not leave; it is tried again while there is time."],
        ),
        (
            {"status": AttemptStatus.UNKNOWN},
            ["No answer came: unknown, and not sent again."],
        ),
    ],
)
def test_each_answer_of_the_vendor_is_told(enrolment: Enrolment, fields: dict[str, Any], says: list[str]) -> None:
    """Unknown is neither sent nor failed (listmonk#1530); a failure keeps its reason (chatwoot#14149)."""
    make_attempt(make_message(enrolment=enrolment, status=MessageStatus.UNKNOWN), answered_at=NOON, **fields)
    told = texts(enrolment)
    assert "Sent to an address that is no longer known from SHOP." in told
    assert told[-len(says) :] == says


def test_a_request_without_an_answer_yet_tells_only_that_it_left(enrolment: Enrolment) -> None:
    make_attempt(make_message(enrolment=enrolment, status=MessageStatus.SENDING), status=AttemptStatus.SENDING)
    assert texts(enrolment)[-1] == "Sent to an address that is no longer known from SHOP."


@pytest.mark.parametrize(
    ("event_type", "fields", "says"),
    [
        (EventType.REPLIED, {"details": {"text": "Дякую!"}}, ["They replied.", "“Дякую!”"]),
        (EventType.BOUNCED, {"details": {"reason": "invalid"}}, ["The address refused it.", "No such address"]),
        (
            EventType.FAILED,
            {"details": {"code": "30003", "detail": "unreachable"}},
            ["The vendor could not deliver it.", "The vendor's words: 30003 unreachable"],
        ),
        (EventType.GOAL, {"details": {"name": "bought"}}, ["The goal was reached.", "bought"]),
        (
            EventType.OPENED,
            {"is_machine": True, "machine_rule": MachineRule.APPLE_PROXY, "details": {"user_agent": "Mozilla/5.0"}},
            ["Opened.", "Not a person: Apple Mail loads every picture by itself.", "Mozilla/5.0"],
        ),
        (
            EventType.ANSWERED,
            {"is_machine": True, "machine_rule": "vendor"},
            ["They answered the call.", "Not a person: the vendor says so."],
        ),
        (EventType.UNKNOWN, {}, ["The vendor told something that Cascade does not know."]),
        (
            EventType.DELIVERED,
            {"recorded_at": LATER},
            ["Delivered.", "Cascade learned of it: Feb. 11, 2026, 3 p.m."],
        ),
    ],
)
def test_each_event_is_told_with_what_is_known_of_it(
    enrolment: Enrolment, event_type: EventType, fields: dict[str, Any], says: list[str]
) -> None:
    message = make_message(enrolment=enrolment, status=MessageStatus.ACCEPTED, decide_at=LATER)
    make_event(message=message, event_type=event_type, **fields)
    assert texts(enrolment)[-len(says) :] == says


def test_a_click_is_told_with_its_link(enrolment: Enrolment) -> None:
    message = make_message(enrolment=enrolment, status=MessageStatus.ACCEPTED, decide_at=LATER)
    link = Link.objects.get(version=enrolment.version)
    make_event(message=message, event_type=EventType.CLICKED, link_id=link.pk)
    assert texts(enrolment)[-2:] == ["The link was followed.", "https://shop.example.com/autumn"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"hold_reason": HoldReason.QUIET_HOURS}, "Held: quiet hours."),
        ({"status": MessageStatus.QUEUED}, "Waits for its turn to be sent."),
        ({"status": MessageStatus.ACCEPTED, "decide_at": LATER}, "Decided at the latest: Feb. 11, 2026, 3 p.m."),
    ],
)
def test_a_step_that_waits_says_for_what(enrolment: Enrolment, fields: dict[str, Any], says: str) -> None:
    make_message(enrolment=enrolment, **fields)
    assert texts(enrolment)[-2:] == ["Stops here if they follow the link (2 hours).", says]


def test_a_late_success_is_told_as_late(enrolment: Enrolment) -> None:
    first, second = enrolment.route.steps.order_by("position")
    make_message(enrolment=enrolment, step=first, status="accepted", fate=Fate.ADVANCED, fate_reason=Reason.TIMEOUT)
    make_message(enrolment=enrolment, step=second, fate=Fate.ENGAGED, fate_reason=Reason.CLICKED, fate_at=LATER)
    enrolment.outcome, enrolment.ended_at, enrolment.next_at = Outcome.ENGAGED, LATER, None
    enrolment.ended_by, enrolment.credit_step_key, enrolment.is_late = Reason.CLICKED, first.key, True
    enrolment.save()
    assert texts(enrolment)[-2:] == [
        "Outcome: Acted, because they followed the link.",
        "They acted upon the message of step 1 (SMS from SHOP), when a later step had begun.",
    ]


def test_a_goal_before_any_message_is_told(enrolment: Enrolment) -> None:
    enrolment.outcome, enrolment.ended_at, enrolment.next_at = Outcome.ENGAGED, LATER, None
    enrolment.ended_by = Reason.GOAL
    enrolment.save()
    assert texts(enrolment)[-1] == "They acted before any message."


def test_the_route_is_told_with_its_segment_and_the_entry_with_its_key() -> None:
    young = make_segment(name="18 to 25")
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[RoutePlan(segment=young), RoutePlan()])
    enrolment = make_enrolment(campaign=campaign, entry_key="cart-17")
    assert texts(enrolment) == [
        "Entered the campaign.",
        "Route “18 to 25”: they belonged to that segment.",
        "Entry: cart-17",
    ]


def test_a_reason_of_another_version_of_the_product_stands_for_itself(enrolment: Enrolment) -> None:
    make_message(enrolment=enrolment, fate=Fate.ENDED, fate_reason="moon_phase", fate_at=LATER)
    assert texts(enrolment)[-1] == "Ended at step 1 (SMS from SHOP), because moon_phase."
