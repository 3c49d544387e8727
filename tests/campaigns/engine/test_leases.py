"""A lease is one row for all that was claimed together (docs/decisions/0009)."""

import uuid
from datetime import timedelta

import pytest

from campaigns.engine import clock, leases
from campaigns.engine.claiming import claim
from campaigns.engine.confirming import confirm
from campaigns.engine.deliver import deliver
from campaigns.engine.marking import mark_sending
from campaigns.engine.outgoing import prepare
from campaigns.engine.shelf import Shelf
from campaigns.models import Attempt, Enrolment, Lease, Message, VendorReference
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from channels.messages import Receipt, ReceiptStatus
from channels.models import Sender
from tests.campaigns.engine.stage import Stage
from tests.factories import RoutePlan, StepPlan, make_contact

TIMEOUT = timedelta(seconds=20)


@pytest.fixture
def sender(stage: Stage) -> Sender:
    """A sender with messages to three people in its queue."""
    for number in range(3):
        make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS,))
    sender = stage.sender(Channel.SMS)
    Sender.objects.filter(pk=sender.pk).update(held_at=clock.now())
    stage.launch(RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=2)),)))
    Sender.objects.filter(pk=sender.pk).update(held_at=None)
    return Sender.objects.select_related("account").get(pk=sender.pk)


def left(token: uuid.UUID) -> timedelta:
    """How long the lease still holds."""
    return Lease.objects.get(token=token).until - clock.real_now()


def let_pass(by: timedelta) -> None:
    """As if all leases were older by so much."""
    for lease in Lease.objects.all():
        Lease.objects.filter(pk=lease.pk).update(until=lease.until - by)


def statuses() -> set[str]:
    return set(Message.objects.values_list("status", flat=True))


def test_what_is_claimed_together_has_one_lease_which_a_heartbeat_extends(sender: Sender) -> None:
    claimed = claim(sender, now=clock.now(), limit=100)
    (lease,) = Lease.objects.all()
    assert (lease.token, sorted(lease.messages)) == (claimed.token, sorted(one.pk for one in claimed.messages))
    let_pass(timedelta(seconds=50))
    leases.extend(claimed.token)
    assert left(claimed.token) > timedelta(seconds=55)


def test_a_group_that_is_marked_has_a_lease_that_outlives_its_requests(sender: Sender) -> None:
    claimed = claim(sender, now=clock.now(), limit=100)
    outgoing = prepare(Shelf(sender), claimed.messages, clock.now()).outgoing
    let_pass(timedelta(seconds=35))
    mark_sending(outgoing, token=claimed.token, now=clock.now(), request_timeout=TIMEOUT)
    assert statuses() == {MessageStatus.SENDING}
    assert left(claimed.token) > TIMEOUT + timedelta(seconds=30)


def test_nothing_is_marked_under_a_lease_that_would_die_before_the_answer(sender: Sender) -> None:
    claimed = claim(sender, now=clock.now(), limit=100)
    outgoing = prepare(Shelf(sender), claimed.messages, clock.now()).outgoing
    let_pass(timedelta(seconds=41))
    assert mark_sending(outgoing, token=claimed.token, now=clock.now(), request_timeout=TIMEOUT).pieces == []
    assert statuses() == {MessageStatus.CLAIMED}
    assert not Attempt.objects.exists()


def test_a_shift_leaves_no_lease_behind(sender: Sender) -> None:
    deliver(sender.pk)
    assert statuses() == {MessageStatus.ACCEPTED}
    assert not Lease.objects.exists()


def test_a_lease_with_a_message_that_nobody_else_would_look_at_is_kept(sender: Sender) -> None:
    claimed = claim(sender, now=clock.now(), limit=100)
    leases.end({claimed.token})
    assert Lease.objects.exists()
    Message.objects.update(status=MessageStatus.WITHDRAWN)
    leases.end({claimed.token})
    assert not Lease.objects.exists()


def test_a_lease_that_cannot_be_freed_waits_behind_the_others(sender: Sender) -> None:
    """A message that is sending without an attempt is no state of ours; it must not keep others from their turn."""
    claimed = claim(sender, now=clock.now(), limit=100)
    Message.objects.update(status=MessageStatus.SENDING)
    let_pass(timedelta(minutes=2))
    assert leases.reclaim(clock.now()) == 0
    assert timedelta(0) < left(claimed.token) < timedelta(seconds=10)
    assert leases.reclaim(clock.now()) == 0


def test_an_answer_under_an_id_that_is_known_already_is_recorded_all_the_same(sender: Sender) -> None:
    """The first try of a repeated request was unknown, and had told the vendor's id."""
    claimed = claim(sender, now=clock.now(), limit=100)
    shelf = Shelf(sender)
    outgoing = prepare(shelf, claimed.messages, clock.now()).outgoing
    marked = mark_sending(outgoing, token=claimed.token, now=clock.now(), request_timeout=TIMEOUT)
    sent = {piece.outbound.key: piece for piece in marked.pieces}
    receipts = [Receipt(key=key, status=ReceiptStatus.ACCEPTED, vendor_message_id=f"vendor-{key}") for key in sent]
    first = marked.pieces[0]
    VendorReference.objects.create(
        account_id=sender.account_id, vendor_message_id=receipts[0].vendor_message_id, attempt_id=first.attempt_id
    )
    assert confirm(shelf, sent, receipts, now=clock.now()) == receipts
    assert statuses() == {MessageStatus.SENDING}
    assert Enrolment.objects.open().count() == 3
