"""What is written for many at once is what would be written for each: the quick lanes against the general ones."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Sum

from campaigns.engine import advance as advancing
from campaigns.engine import clock
from campaigns.engine.confirming import confirm
from campaigns.engine.happenings import Happening
from campaigns.engine.launch import enrol_audience
from campaigns.engine.marking import mark_sending
from campaigns.engine.noting import note
from campaigns.engine.outgoing import Piece
from campaigns.engine.receipts import record
from campaigns.engine.recording import record_each, record_happenings
from campaigns.engine.routes import load_surroundings
from campaigns.engine.shelf import Shelf
from campaigns.models import Attempt, Campaign, DowntimeGap, Enrolment, Event, Message, Step, StepDelta, Suppression
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.cascades import Condition
from channels.events import EventType
from channels.kinds import AddressKind, Channel
from channels.messages import Receipt, ReceiptStatus
from channels.models import Sender
from tests.campaigns.engine.stage import Stage
from tests.campaigns.engine.workers import claimed_by
from tests.factories import NOON, RoutePlan, StepPlan, make_campaign, make_contact, make_price

pytestmark = pytest.mark.django_db
TIMEOUT = timedelta(seconds=20)
CHAIN = (Channel.VIBER, Channel.SMS, Channel.EMAIL)


def effects(action: Callable[[], object]) -> tuple[list[dict[str, Any]], ...]:
    """Everything in the engine's tables after `action`, which is undone; without what is drawn by lot."""
    by_lot = {"id", "key", "token"}
    places = [field.attname for field in StepDelta._meta.fields if field.name not in {"id", "value"}]
    tables = (
        Enrolment.objects.order_by("id"),
        Message.objects.order_by("enrolment_id", "step_id"),
        Attempt.objects.order_by("message_id"),
        Event.objects.order_by("message_id", "dedupe_key"),
    )
    with transaction.atomic():
        StepDelta.objects.all().delete()
        action()
        found = tuple(
            [{name: row[name] for name in row if name not in by_lot} for row in rows.values()] for rows in tables
        )
        found += (list(StepDelta.objects.values(*places).annotate(total=Sum("value")).order_by(*places)),)
        transaction.set_rollback(True)
    return found


def people() -> None:
    """One for each way to be reached or not, in two languages."""
    every = {"addresses": {AddressKind.EMAIL: "all@example.com"}}
    make_contact(phone="+380671110001", consents=CHAIN, language="uk", **every)
    make_contact(phone="+380671110002", consents=(Channel.SMS,), language="uk")
    make_contact(phone="+380671110003", consents=(Channel.EMAIL,), language="es")
    make_contact(addresses={AddressKind.EMAIL: "one@example.com"}, consents=CHAIN, language="es")
    make_contact(consents=CHAIN)
    make_contact(phone="+380671110004")
    make_contact(phone="+380671110005", consents=CHAIN, is_trackable=False)
    barred = make_contact(phone="+380671110006", consents=CHAIN)
    Suppression.objects.create(
        address_kind=AddressKind.PHONE,
        address_hash=barred.addresses.get().value_hash,
        channel="",
        reason=Suppression.Reason.COMPLAINT,
        created_at=NOON,
    )


def enrolled(stage: Stage, **fields: object) -> Campaign:
    """A campaign over CHAIN that everybody has just entered."""
    steps = [StepPlan(channel=channel, sender=stage.sender(channel)) for channel in CHAIN]
    campaign = make_campaign(routes=[RoutePlan(steps=steps)], status=CampaignStatus.RUNNING, **fields)
    enrol_audience(campaign.pk)
    return campaign


def one_at_a_time(now: datetime) -> None:
    """Decide all who are due, each in a batch of its own."""
    while advancing.advance(now, limit=1)[0]:
        pass


@pytest.mark.parametrize("is_over", [False, True], ids=["running", "over"])
@pytest.mark.parametrize("had_gap", [False, True], ids=["in time", "after a downtime"])
def test_newcomers_are_decided_together_as_one_by_one(stage: Stage, is_over: bool, had_gap: bool) -> None:
    people()
    enrolled(stage, ends_at=NOON - timedelta(hours=1) if is_over else None)
    Enrolment.objects.filter(pk=Enrolment.objects.order_by("id").values("pk")[:1]).update(
        next_at=NOON - timedelta(hours=30)
    )
    if had_gap:
        DowntimeGap.objects.create(started_at=NOON - timedelta(hours=29), ended_at=NOON - timedelta(hours=1))
    now = clock.now()
    together = effects(lambda: advancing.advance(now))
    one_by_one = effects(lambda: one_at_a_time(now))
    assert together == one_by_one
    assert is_over or len({row["outcome"] for row in together[0]}) > 1


# How the message of the first step may stand when somebody looks, and what becomes of the step then.
STANDING: dict[str, tuple[dict[str, Any], str]] = {
    "its window has closed": ({"status": "accepted", "accepted_at": NOON, "decide_at": NOON}, "advanced"),
    "nobody knows, and the window has closed": ({"status": "unknown", "decide_at": NOON}, "advanced"),
    "its window is open": ({"status": "accepted", "accepted_at": NOON, "decide_at": NOON + timedelta(days=9)}, ""),
    "it bounced": ({"status": "accepted", "accepted_at": NOON, "decide_at": NOON, "failed_at": NOON}, "advanced"),
    "it failed": ({"status": "failed", "fate": "advanced", "fate_reason": "failed", "fate_at": NOON}, "advanced"),
    "it is on the wire": ({"status": "sending", "decide_at": NOON}, ""),
    "it waits for its turn": ({}, ""),
    "it is held": ({"hold_reason": "quiet_hours"}, ""),
    "its time to be tried again is over": ({"first_attempt_at": NOON - timedelta(days=9)}, "skipped"),
}


@pytest.mark.parametrize("is_over", [False, True], ids=["running", "over"])
def test_people_inside_are_decided_together_as_one_by_one(stage: Stage, is_over: bool) -> None:
    for number in range(2 * len(STANDING)):
        # Half of them could be reached by the second step too.
        channels = (Channel.VIBER, Channel.SMS) if number % 2 else (Channel.VIBER,)
        make_contact(phone=f"+3806711100{number:02}", consents=channels, is_trackable=number % 3 > 0)
    enrolled(stage, ends_at=NOON + timedelta(hours=1) if is_over else None)
    advancing.advance(clock.now())
    clock.run_at(shown_at=NOON + timedelta(hours=2), speed=0)
    messages = list(Message.objects.order_by("id"))
    assert len(messages) == 2 * len(STANDING)
    fates = {}
    for number, message in enumerate(messages):
        change, fate = STANDING[list(STANDING)[number // 2]]
        Message.objects.filter(pk=message.pk).update(**change)
        fates[message.pk] = fate
    Enrolment.objects.update(next_at=NOON)
    now = clock.now()
    together = effects(lambda: advancing.advance(now))
    assert together == effects(lambda: one_at_a_time(now))
    assert is_over or {row["outcome"] for row in together[0]} == {"", "exhausted", "failed"}
    advancing.advance(now)
    if not is_over:
        assert {pk: Message.objects.get(pk=pk).fate.replace("ended", "advanced") for pk in fates} == fates


def on_the_wire(stage: Stage) -> tuple[Sender, Shelf, dict[str, Piece]]:
    """What a worker has just sent by SMS, by key."""
    sender = stage.sender(Channel.SMS)
    now = clock.now()
    while advancing.advance(now)[0]:
        pass
    token, shelf, outgoing = claimed_by(Sender.objects.select_related("account").get(pk=sender.pk))
    marked = mark_sending(outgoing, token=token, now=now, request_timeout=TIMEOUT)
    return sender, shelf, {piece.outbound.key: piece for piece in marked.pieces}


def accepted(keys: Sequence[str]) -> list[Receipt]:
    """The vendor has all of them, and says what one cost."""
    return [
        Receipt(
            key=key,
            status=ReceiptStatus.ACCEPTED,
            vendor_message_id=f"vendor-{key}",
            price=None if number else Decimal("0.07"),
        )
        for number, key in enumerate(keys)
    ]


@pytest.fixture
def five(stage: Stage) -> tuple[Shelf, dict[str, Piece]]:
    """Five SMS on the wire, with a price; half of the people in another time zone."""
    make_price(account=stage.account, channel=Channel.SMS, amount="0.05")
    for number in range(5):
        make_contact(
            phone=f"+38067111000{number}",
            consents=(Channel.SMS,),
            time_zone="Asia/Kolkata" if number % 2 else "Europe/Kyiv",
        )
    campaign = enrolled(stage, quiet_from=time(21), quiet_until=time(9))
    # The version is frozen: its step is changed as the editor would have before.
    _let_change(campaign)
    return on_the_wire(stage)[1:]


def _let_change(campaign: Campaign) -> None:
    assert campaign.version is not None
    version = type(campaign.version).objects.filter(pk=campaign.version.pk)
    version.update(frozen_at=None)
    Step.objects.filter(route__version=campaign.version).update(is_waking_time=True, timeout=timedelta(hours=12))
    version.update(frozen_at=NOON)


def test_answers_are_recorded_together_as_one_by_one(five: tuple[Shelf, dict[str, Piece]]) -> None:
    shelf, sent = five
    assert len(sent) == 5
    receipts = accepted(list(sent))
    now = clock.now()
    assert effects(lambda: confirm(shelf, sent, receipts, now=now)) == effects(lambda: record(receipts, now=now))
    assert confirm(shelf, sent, receipts, now=now) == []
    assert len({message.decide_at for message in Message.objects.all()}) == 2


def test_what_is_not_the_usual_answer_is_left_for_the_general_lane(five: tuple[Shelf, dict[str, Piece]]) -> None:
    shelf, sent = five
    now = clock.now()
    first, stopped, again, unknown, _ = list(sent)
    Enrolment.objects.filter(pk=sent[stopped].message.enrolment_id).update(
        outcome="engaged", ended_at=now, next_at=None
    )
    assert confirm(shelf, sent, accepted([again]), now=now) == []
    receipts = accepted([first, stopped, again, uuid4().hex])
    receipts.append(Receipt(key=unknown, status=ReceiptStatus.UNKNOWN))
    left = confirm(shelf, sent, receipts, now=now)
    assert [receipt.key for receipt in left] == [receipt.key for receipt in receipts[1:]]
    record(left, now=now)
    statuses = {message.pk: message.status for message in Message.objects.all()}
    assert statuses[sent[stopped].message.pk] == "accepted"
    # This vendor recognises a key: it is asked again.
    assert statuses[sent[unknown].message.pk] == "queued"


def test_a_worker_still_knows_the_steps_of_what_is_with_the_vendor(
    five: tuple[Shelf, dict[str, Piece]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another campaign's batch came between, and a moment passed: the first one's step was put away."""
    shelf, sent = five
    monkeypatch.setattr("campaigns.engine.kept.FRESH", -1.0)
    shelf.stock([])
    assert confirm(shelf, sent, accepted(list(sent)), now=clock.now()) == []


def told(message: Message, event_type: EventType, *, second: int, **fields: Any) -> Happening:
    """It happened to `message` in that second."""
    return Happening(
        type=event_type,
        enrolment_id=message.enrolment_id,
        message_id=message.pk,
        attempt_id=message.attempts.get().pk,
        dedupe_key=f"{event_type} {second}",
        occurred_at=clock.now() + timedelta(seconds=second),
        **fields,
    )


# What is told of one message, in the order of its coming; the seconds say when each happened.
STORIES: dict[str, Sequence[tuple[EventType, int, dict[str, Any]]]] = {
    "delivered": [(EventType.DELIVERED, 1, {})],
    "sent, delivered": [(EventType.SENT, 1, {}), (EventType.DELIVERED, 2, {})],
    "the wrong way round": [(EventType.CLICKED, 5, {}), (EventType.DELIVERED, 2, {}), (EventType.OPENED, 3, {})],
    "the same twice": [(EventType.OPENED, 1, {}), (EventType.OPENED, 1, {})],
    "clicked twice": [(EventType.CLICKED, 1, {}), (EventType.CLICKED, 2, {})],
    "a scanner": [(EventType.CLICKED, 1, {"is_machine": True, "machine_rule": "agent"})],
    "a scanner, then the person": [
        (EventType.OPENED, 1, {"is_machine": True, "machine_rule": "agent"}),
        (EventType.OPENED, 9, {"details": {"user_agent": "a phone"}}),
    ],
    "replied": [(EventType.REPLIED, 1, {"details": {"text": "yes"}})],
    "delivered, then bounced": [(EventType.DELIVERED, 1, {}), (EventType.BOUNCED, 2, {"code": "550"})],
    "opted out": [(EventType.OPENED, 1, {}), (EventType.UNSUBSCRIBED, 2, {})],
}


@pytest.mark.parametrize("condition", [Condition.DELIVERED, Condition.OPENED, Condition.CLICKED])
@pytest.mark.parametrize("machines_count", [False, True], ids=["machines do not count", "machines count"])
def test_events_are_recorded_together_as_one_by_one(stage: Stage, condition: Condition, machines_count: bool) -> None:
    for number in range(len(STORIES)):
        make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS,), is_trackable=number % 4 != 3)
    steps = [StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS), condition=condition)]
    stage.launch(RoutePlan(steps=steps), do_machine_signals_count=machines_count)
    messages = list(Message.objects.order_by("id"))
    now = clock.now() + timedelta(minutes=1)
    happenings = [
        told(message, event_type, second=second, **fields)
        for message, story in zip(messages, STORIES.values(), strict=True)
        for event_type, second, fields in story
    ]
    together = effects(lambda: record_happenings(happenings, now=now))
    one_by_one = effects(lambda: record_each(happenings, now=now, load=load_surroundings))
    assert together == one_by_one
    assert "engaged" in {row["outcome"] for row in together[0]}
    with transaction.atomic():
        new, left = note(happenings, now=now, load=load_surroundings)
    assert new == 13
    assert {happening.type for happening in left} >= {EventType.BOUNCED, EventType.UNSUBSCRIBED}
    assert record_happenings(happenings[:-4], now=now) == 0


def test_what_comes_late_is_left_for_the_general_lane(stage: Stage) -> None:
    """A success of an earlier step, after the end, and of a message that nobody knew to have arrived."""
    for number in range(3):
        make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS,))
    stage.launch(RoutePlan(steps=[StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS))]))
    earlier, ended, unanswered = Message.objects.order_by("id")
    Message.objects.filter(pk=earlier.pk).update(fate="advanced", fate_reason="timeout", fate_at=NOON)
    Enrolment.objects.filter(pk=ended.enrolment_id).update(outcome="exhausted", ended_at=NOON, next_at=None)
    Attempt.objects.filter(message=unanswered).update(status="unknown")
    happenings = [told(message, EventType.CLICKED, second=1) for message in (earlier, ended, unanswered)]
    with transaction.atomic():
        assert note(happenings, now=clock.now(), load=load_surroundings) == (0, happenings)
    assert record_happenings(happenings, now=clock.now()) == 3
    assert Enrolment.objects.get(pk=ended.enrolment_id).engaged_late_at is not None
    assert Attempt.objects.get(message=unanswered).status == "accepted"
