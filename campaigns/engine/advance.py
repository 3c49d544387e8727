"""Moves due enrolments on: claims them in batches, decides each, writes all decisions at once."""

import logging
from collections.abc import Callable, Sequence
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
from campaigns.engine.deltas import Deltas
from campaigns.engine.entering import Entrance, Newcomer
from campaigns.engine.ledger import Ledger
from campaigns.engine.reasons import Reason
from campaigns.engine.routes import load_surroundings
from campaigns.engine.rows import run
from campaigns.engine.snapshots import Batch, load_batch, load_gaps, reach_of
from campaigns.engine.stopping import lock_enrolments
from campaigns.models import Enrolment, Message
from campaigns.models.messages import Fate, MessageStatus

DUE = """
SELECT step_position, id, campaign_id, version_id, route_id, contact_id, variant, language, next_at
FROM campaigns_enrolment WHERE outcome = '' AND next_at <= %s ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
"""

logger = logging.getLogger(__name__)

BATCH = 1000
# A row that cannot be decided is looked at again then, rather than in a tight loop.
AFTER_ERROR = timedelta(minutes=5)


@transaction.atomic
def advance(now: datetime, *, limit: int = BATCH) -> tuple[int, set[int]]:
    """Decide up to `limit` due enrolments at `now` (product time).

    1. Lock the due ones, skipping those that another worker has. Newcomers are decided together (entering.py).
    2. Load what decisions about the others need, for all of them at once, and lock their messages.
    3. Decide each. One row's error never stops the batch: it is logged and the row pushed ahead.
    4. Write messages, enrolments and counters in a few statements.

    Gives how many were looked at, and the ids of the senders that have new messages.
    """
    due = run(DUE, [now, limit])
    newcomers = [Newcomer(*row[1:]) for row in due if row[0] is None]
    inside = [row[1] for row in due if row[0] is not None]
    queued_for = admit(newcomers, now) if newcomers else set()
    return len(due), queued_for | (move_on(inside, now) if inside else set())


def admit(newcomers: Sequence[Newcomer], now: datetime) -> set[int]:
    """Decide about locked enrolments that no step has begun for; gives the senders that have new messages."""
    surroundings = load_surroundings(
        campaign_ids={one.campaign_id for one in newcomers}, route_ids={one.route_id for one in newcomers}
    )
    reach = reach_of(newcomers, surroundings)
    entrance = Entrance(now=now, surroundings=surroundings, reach=reach, gaps=load_gaps(), deltas=Deltas(now))
    entrance.admit(newcomers, after_error=AFTER_ERROR)
    entrance.deltas.write()
    return entrance.queued_for


def move_on(enrolment_ids: Sequence[int], now: datetime) -> set[int]:
    """Decide about any locked enrolments; gives the senders that have new messages."""
    batch = load_batch(lock_enrolments(enrolment_ids))
    ledger = Ledger(now)
    queued_for = {_decide_safely(ledger, batch, enrolment) for enrolment in batch.enrolments.values()}
    ledger.write()
    return {sender_id for sender_id in queued_for if sender_id}


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
