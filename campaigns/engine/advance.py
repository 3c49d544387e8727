"""Moves due enrolments on: claims them in batches, decides each, writes all decisions at once."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.engine.decide import (
    RECHECK,
    Close,
    Decision,
    End,
    Send,
    Skip,
    Wait,
    decide,
)
from campaigns.engine.ledger import Ledger
from campaigns.engine.reasons import Reason
from campaigns.engine.snapshots import Batch, load_batch
from campaigns.models import Enrolment, Message
from campaigns.models.messages import Fate, MessageStatus

logger = logging.getLogger(__name__)

BATCH = 500
# A row that cannot be decided is looked at again then, rather than in a tight loop.
AFTER_ERROR = timedelta(minutes=5)


@transaction.atomic
def advance(now: datetime, *, limit: int = BATCH) -> tuple[int, set[int]]:
    """Decide up to `limit` due enrolments at `now` (product time).

    1. Lock the due ones, skipping those that another worker has.
    2. Load what decisions need, for all of them at once, and lock their messages.
    3. Decide each. One row's error never stops the batch: it is logged and the row pushed ahead.
    4. Write messages, enrolments and counters in a few statements.

    Gives how many were looked at, and the ids of the senders that have new messages.
    """
    due = (
        Enrolment.objects.open()
        .filter(next_at__lte=now)
        .select_related("contact")
        .order_by("next_at")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    enrolments = {row.pk: row for row in due}
    if not enrolments:
        return 0, set()
    batch = load_batch(enrolments)
    ledger = Ledger(now)
    queued = {_decide_safely(ledger, batch, enrolment) for enrolment in enrolments.values()}
    ledger.write()
    return len(enrolments), {sender_id for sender_id in queued if sender_id}


def _decide_safely(ledger: Ledger, batch: Batch, enrolment: Enrolment) -> int | None:
    try:
        decision = decide(batch.situation(enrolment), ledger.now)
    except Exception:
        logger.exception("enrolment %s cannot be decided", enrolment.pk)
        ledger.change(enrolment, next_at=ledger.now + AFTER_ERROR)
        return None
    return apply(ledger, batch, enrolment, decision)


def apply(ledger: Ledger, batch: Batch, enrolment: Enrolment, decision: Decision) -> int | None:
    """Write down `decision`; gives the id of the sender that has a message to send now, if any."""
    if isinstance(decision, Wait):
        ledger.change(enrolment, next_at=decision.until)
        return None
    messages = batch.messages[enrolment.pk]
    if decision.close and messages:
        _close(ledger, messages[-1], decision.close)
    new_message = _maker(ledger, batch, enrolment)
    for skip in decision.skips:
        _skip(ledger, new_message(skip.position), skip)
    if isinstance(decision, End):
        ledger.end(enrolment, decision.outcome, decision.reason)
        return None
    return _send(ledger, enrolment, new_message(decision.position), decision)


def _close(ledger: Ledger, message: Message, close: Close) -> None:
    ledger.close(message, close.fate, close.reason, close.skip_reason)


def _maker(ledger: Ledger, batch: Batch, enrolment: Enrolment) -> Callable[[int], Message]:
    steps = {step.position: step for step in batch.surroundings.steps[enrolment.route_id]}
    campaign = batch.surroundings.campaigns[enrolment.campaign_id]

    def new_message(position: int) -> Message:
        step = steps[position]
        return Message(
            campaign=campaign,
            enrolment=enrolment,
            step=step,
            sender=step.sender,
            channel=step.channel,
            priority=campaign.priority,
            created_at=ledger.now,
        )

    return new_message


def _skip(ledger: Ledger, message: Message, skip: Skip) -> None:
    message.status = MessageStatus.SKIPPED
    message.skip_reason = skip.reason
    message.fate = Fate.SKIPPED
    message.fate_reason = Reason(skip.reason)
    message.fate_at = ledger.now
    ledger.create(message)


def _send(ledger: Ledger, enrolment: Enrolment, message: Message, decision: Send) -> int | None:
    message.status = MessageStatus.QUEUED
    message.queued_at = message.available_at = ledger.now
    ledger.create(message)
    ledger.change(enrolment, step_position=decision.position, next_at=ledger.now + RECHECK)
    return message.sender_id
