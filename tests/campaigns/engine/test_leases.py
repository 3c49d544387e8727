"""A lease is one row for all that was claimed together (docs/decisions/0009)."""

import uuid
from datetime import datetime, timedelta

import pytest

from campaigns.engine import clock, leases
from campaigns.engine.claiming import claim
from campaigns.engine.confirming import confirm
from campaigns.engine.deliver import deliver
from campaigns.engine.marking import MARGIN, mark_sending
from campaigns.engine.receipts import record
from campaigns.models import Attempt, Lease, Message, VendorReference
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from channels.messages import Receipt, ReceiptStatus
from channels.models import Sender
from tests.campaigns.engine.stage import Stage
from tests.campaigns.engine.workers import claimed_by
from tests.factories import RoutePlan, StepPlan, make_contact

TIMEOUT = timedelta(seconds=20)


@pytest.fixture
def sender(stage: Stage) -> Sender:
    """A sender with messages to three people in its queue."""
    for number in range(3):
        make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS,))
    with stage.holding(Channel.SMS) as sender:
        stage.launch(RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=2)),)))
    return sender


def end_of(token: uuid.UUID) -> datetime:
    """Until when the lease holds."""
    return Lease.objects.get(token=token).until


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
    before = clock.real_now()
    leases.extend(claimed.token)
    assert end_of(claimed.token) >= before + leases.LEASE


def test_a_group_that_is_marked_has_a_lease_that_outlives_its_requests(sender: Sender) -> None:
    token, _, outgoing = claimed_by(sender)
    let_pass(timedelta(seconds=15))
    before = clock.real_now()
    assert end_of(token) < before + TIMEOUT + MARGIN
    mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    assert statuses() == {MessageStatus.SENDING}
    assert end_of(token) >= before + TIMEOUT + MARGIN


def test_nothing_is_marked_under_a_lease_that_would_die_before_the_answer(sender: Sender) -> None:
    token, _, outgoing = claimed_by(sender)
    let_pass(timedelta(seconds=41))
    assert mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT).pieces == []
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


def test_a_lease_that_cannot_be_freed_waits_behind_the_others(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is sending without an attempt is no state of ours; it must not keep others from their turn."""
    monkeypatch.setattr(leases, "BATCH", 1)
    first = claim(sender, now=clock.now(), limit=1)
    Message.objects.filter(claim_token=first.token).update(status=MessageStatus.SENDING)
    second = claim(sender, now=clock.now(), limit=100)
    let_pass(timedelta(minutes=2))
    before = clock.real_now()
    assert end_of(first.token) < end_of(second.token) < before
    assert leases.reclaim(clock.now()) == 0
    assert before < end_of(first.token) < clock.real_now() + timedelta(seconds=10)
    assert leases.reclaim(clock.now()) == len(second.messages) == 2
    assert leases.reclaim(clock.now()) == 0


def test_an_answer_under_an_id_that_is_known_already_is_recorded_all_the_same(sender: Sender) -> None:
    """The first try of a repeated request was unknown, and had told the vendor's id."""
    token, shelf, outgoing = claimed_by(sender)
    marked = mark_sending(outgoing, token=token, now=clock.now(), request_timeout=TIMEOUT)
    sent = {piece.outbound.key: piece for piece in marked.pieces}
    receipts = [Receipt(key=key, status=ReceiptStatus.ACCEPTED, vendor_message_id=f"vendor-{key}") for key in sent]
    first = marked.pieces[0]
    VendorReference.objects.create(
        account_id=sender.account_id, vendor_message_id=receipts[0].vendor_message_id, attempt_id=first.attempt_id
    )
    assert confirm(shelf, sent, receipts, now=clock.now()) == receipts
    assert statuses() == {MessageStatus.SENDING}
    record(receipts, now=clock.now())
    assert statuses() == {MessageStatus.ACCEPTED}
    named = VendorReference.objects.order_by("attempt_id").values_list("attempt_id", flat=True)
    assert list(named) == sorted(piece.attempt_id for piece in marked.pieces)
