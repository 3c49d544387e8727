"""What dead workers left behind (DESIGN §4).

Claimed messages go back into the queue; those on the wire are repeated under their key or unknown.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns.engine import clock, flows, turns
from campaigns.engine.flows import Reclaimed
from campaigns.engine.ledger import Ledger
from campaigns.engine.receipts import record
from campaigns.models import Attempt, Message
from campaigns.models.messages import AttemptStatus, MessageStatus
from channels.errors import ErrorClass
from channels.messages import Receipt, ReceiptStatus

BATCH = 500


def reclaim(now: datetime) -> int:
    """Free the messages whose lease has died; `now` is product time. Gives how many there were."""
    return _return_claimed(now) + _resolve_sending(now)


@transaction.atomic
def _return_claimed(now: datetime) -> int:
    messages = list(
        _dead(MessageStatus.CLAIMED)
        .select_related("enrolment", "step")
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))[:BATCH]
    )
    ledger = Ledger(now)
    for message in messages:
        ledger.change(message, status=MessageStatus.QUEUED, claim_token=None, lease_until=None)
    ledger.write()
    flows.count(Reclaimed.RETURNED, len(messages))
    return len(messages)


@transaction.atomic
def _resolve_sending(now: datetime) -> int:
    """Nobody will ever tell what came of these requests: as if each had timed out.

    One at a time, so that each is counted once: no message is locked before its enrolment.
    """
    if not turns.take_alone("reclaim"):
        return 0
    keys = list(
        Attempt.objects.filter(
            status=AttemptStatus.SENDING,
            message_id__in=_dead(MessageStatus.SENDING).order_by("id").values("id")[:BATCH],
        ).values_list("key", flat=True)
    )
    record([_no_answer(key) for key in keys], now=now)
    flows.count(Reclaimed.UNANSWERED, len(keys))
    return len(keys)


def _dead(status: MessageStatus) -> "QuerySet[Message]":
    return Message.objects.filter(status=status, lease_until__lt=clock.real_now())


def _no_answer(key: Any) -> Receipt:
    return Receipt(
        key=key.hex,
        status=ReceiptStatus.UNKNOWN,
        error_class=ErrorClass.UNKNOWN,
        code="worker_died",
        detail="the worker ended before the vendor's answer was recorded",
    )
