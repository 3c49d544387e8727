"""Sends confirmed test messages: each once, at the sender's pace, whatever quiet hours say."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When

from campaigns.engine import clock, rates
from campaigns.engine.standing import judge_sender
from campaigns.engine.wire import Wire
from campaigns.models import TestMessage
from campaigns.models.testing import TestStatus
from campaigns.testing.confirming import OUTBOUND
from campaigns.testing.planning import is_among, suppressed_among
from campaigns.testing.refusals import Refusal, of_sender
from channels.crypto import UnreadableCredentials
from channels.messages import Receipt, ReceiptStatus
from channels.models import Sender
from channels.opening import open_provider

logger = logging.getLogger(__name__)

# What nobody has sent for so long is not sent late: whoever tried it has gone on.
LATE = timedelta(minutes=10)
# Longer than any request may take: nobody waits for its answer any more.
ANSWER_WITHIN = timedelta(minutes=2)
# A sender that may not go on within so long says so instead; a task ends after so many seconds.
PATIENCE = timedelta(seconds=5)
SHIFT_S = 20
MOMENT = timedelta(seconds=1)

_STATUS = {
    ReceiptStatus.ACCEPTED: TestStatus.ACCEPTED,
    ReceiptStatus.FAILED: TestStatus.FAILED,
    ReceiptStatus.UNKNOWN: TestStatus.UNKNOWN,
}


def send_tests() -> None:
    """Send what is queued, sender by sender, and give up what a dead worker left: unknown, never sent again.

    Any number of workers may do this at once. A sender at which something breaks keeps no other from sending.
    """
    give_up()
    queued = TestMessage.objects.filter(status=TestStatus.QUEUED)
    waiting = Sender.objects.filter(pk__in=queued.values("sender_id")).select_related("account")
    for sender in waiting.order_by("pk"):
        try:
            _serve(sender)
        except Exception:
            logger.exception("the tests of sender %s cannot be sent", sender.pk)


def give_up() -> None:
    """What was under way for too long is unknown; what was queued for too long is not sent."""
    now = clock.real_now()
    under_way = TestMessage.objects.filter(status=TestStatus.SENDING, sending_at__lt=now - ANSWER_WITHIN)
    under_way.update(status=TestStatus.UNKNOWN, outbound={})
    _refuse(TestMessage.objects.filter(status=TestStatus.QUEUED, test__at__lt=now - LATE), Refusal.LATE)


def _refuse(messages: QuerySet[TestMessage], refusal: Refusal) -> None:
    messages.filter(status=TestStatus.QUEUED).update(status=TestStatus.REFUSED, refusal=refusal, outbound={})


def _serve(sender: Sender) -> None:
    """Send what is queued for `sender`, or say why it is not sent."""
    queued = _queued(sender)
    refusal = of_sender(sender)
    if refusal:
        _refuse(queued, refusal)
        return
    try:
        with Wire(lambda: open_provider(sender.account)) as wire:
            _send_on(sender, wire)
    except UnreadableCredentials:
        _refuse(queued, Refusal.OFF)


def _queued(sender: Sender) -> QuerySet[TestMessage]:
    return TestMessage.objects.filter(sender=sender, status=TestStatus.QUEUED)


def _send_on(sender: Sender, wire: Wire) -> None:
    """Send at the pace of `sender` until nothing is queued, its time is up, or the vendor has refused the account."""
    ends_at = time.monotonic() + SHIFT_S
    while time.monotonic() < ends_at and (count := _queued(sender).count()):
        taken = rates.take(sender, min(count, wire.room))
        if taken.wait and taken.wait > PATIENCE:
            _refuse(_queued(sender), Refusal.RESTING)
        elif taken.wait:
            time.sleep(taken.wait.total_seconds())
        else:
            _send(sender, wire, taken)
            sender.refresh_from_db(fields=["held_at"])
            if sender.held_at:
                _refuse(_queued(sender), Refusal.HELD)


def _send(sender: Sender, wire: Wire, taken: rates.Taken) -> None:
    """Send what was `taken`, and write down what the vendor answers. A vendor that has failed is tried with one."""
    messages = claim(sender, 1 if taken.is_trial else taken.number)
    rates.put_back(sender, taken.number - len(messages))
    wire.send([OUTBOUND.validate_python(message.outbound) for message in messages])
    while wire.in_flight:
        receipts = wire.receipts(wait=MOMENT, enough=wire.in_flight)
        if receipts:
            _record(sender, receipts)


@transaction.atomic
def claim(sender: Sender, most: int) -> Sequence[TestMessage]:
    """Up to `most` queued messages of `sender`, committed as being sent: from here on nobody sends them again.

    Whom somebody has suppressed since the test was confirmed is left out.
    """
    queued = TestMessage.objects.filter(sender=sender, status=TestStatus.QUEUED).order_by("id")
    found = list(queued.select_for_update(skip_locked=True)[:most])
    suppressed = suppressed_among([message.address_hash for message in found])
    shut = [message.pk for message in found if is_among(suppressed, message.address_hash, message.channel)]
    _refuse(TestMessage.objects.filter(pk__in=shut), Refusal.SUPPRESSED)
    free = [message for message in found if message.pk not in shut]
    _mark(free, real_now=clock.real_now(), now=clock.now())
    return free


def _mark(messages: Sequence[TestMessage], *, real_now: datetime, now: datetime) -> None:
    marked = TestMessage.objects.filter(pk__in=[message.pk for message in messages])
    marked.update(status=TestStatus.SENDING, sending_at=real_now, sent_at=now)


def _record(sender: Sender, receipts: Sequence[Receipt]) -> None:
    """Write down the vendor's answers, and what they say of `sender`: it is held, or left alone, as by any message."""
    for receipt in receipts:
        _answer(receipt)
    with transaction.atomic():
        judge_sender(sender.pk, receipts, now=clock.now())


def _answer(receipt: Receipt) -> None:
    """Write down one answer, unless an event has told more already. The words are not kept any longer.

    Nor are the vendor's, of somebody who was deleted while it was asked: they may tell the address.
    """
    unanswered = Q(status__in=[TestStatus.SENDING, TestStatus.UNKNOWN])
    of_message = TestMessage.objects.filter(key=receipt.key)
    of_message.update(vendor_message_id=receipt.vendor_message_id, outbound={})
    of_message.filter(unanswered).update(
        status=_STATUS[receipt.status],
        error_class=receipt.error_class or "",
        code=receipt.code,
        detail=Case(When(address="", then=Value("")), default=Value(receipt.detail)),
    )
