"""Leases: what a worker has claimed is its own while it lives; what a dead one left is taken back (DESIGN §4).

Of a dead worker's messages, claimed ones go back into the queue; those on the wire are repeated under their key or
unknown.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns.engine import flows, turns
from campaigns.engine.flows import Reclaimed
from campaigns.engine.ledger import Ledger
from campaigns.engine.receipts import WORKER_DIED, record
from campaigns.models import Attempt, Message
from campaigns.models.messages import AttemptStatus, MessageStatus
from channels.errors import ErrorClass
from channels.messages import Receipt, ReceiptStatus
from channels.rows import array, run

# Extended while the worker lives; a dead worker's messages are back in the queue after it.
LEASE = timedelta(seconds=60)
# So many at once; each is of a batch.
BATCH = 4
# By so much more than is wanted: a group of requests is marked many times a second, and need not extend it each time.
AHEAD = timedelta(seconds=10)
# A dead lease that could not be ended is looked at again after this.
AGAIN = timedelta(seconds=5)

EXTEND = """
UPDATE campaigns_lease SET until = greatest(until, clock_timestamp() + %s)
WHERE token = %s AND until > clock_timestamp()
"""
KEEP = """
WITH alive AS (
    SELECT FROM campaigns_lease WHERE token = %(token)s AND until > clock_timestamp() + %(needed)s
), extended AS (
    UPDATE campaigns_lease SET until = clock_timestamp() + %(wanted)s + %(ahead)s
    WHERE token = %(token)s AND until < clock_timestamp() + %(wanted)s AND EXISTS (SELECT FROM alive)
)
SELECT EXISTS (SELECT FROM alive)
"""
# The dead ones, with their messages that are still theirs: found by their ids, however few rows the planner expects.
DEAD = """
SELECT l.token, m.id, m.status
FROM (SELECT * FROM campaigns_lease WHERE until < clock_timestamp() ORDER BY until LIMIT %s) l LEFT JOIN LATERAL (
    SELECT id, status FROM campaigns_message m
    WHERE m.id = ANY(l.messages) AND m.claim_token = l.token AND m.status IN ('claimed', 'sending')
    ORDER BY id LIMIT 1000
) m ON true
"""
# What could not be freed now is looked at again after the others.
LATER = """
UPDATE campaigns_lease SET until = clock_timestamp() + %s WHERE token = ANY(%s::uuid[]) AND until < clock_timestamp()
"""
# A lease is kept as long as it has a message that nobody else would ever look at.
END = """
DELETE FROM campaigns_lease l WHERE l.token = ANY(%s::uuid[]) AND (
    SELECT m.id FROM campaigns_message m
    WHERE m.id = ANY(l.messages) AND m.claim_token = l.token AND m.status IN ('claimed', 'sending') LIMIT 1
) IS NULL
"""


def extend(token: uuid.UUID) -> None:
    """A sign of life: the lease called `token` holds for LEASE at least, unless it is dead already."""
    run(EXTEND, [LEASE, token])


def keep(token: uuid.UUID, *, needed: timedelta, wanted: timedelta) -> bool:
    """Whether the lease called `token` holds for as long as is `needed`; if it does, it holds as long as `wanted` now.

    It is committed with the transaction that asks.
    """
    ((is_alive,),) = run(KEEP, {"token": token, "needed": needed, "wanted": wanted, "ahead": AHEAD})
    return bool(is_alive)


def end(tokens: Collection[uuid.UUID]) -> None:
    """End the leases called `tokens`, as far as nothing is left of their messages."""
    if tokens:
        run(END, [array(tokens)])


def reclaim(now: datetime) -> int:
    """Free the messages whose lease has died; `now` is product time. Gives how many there were."""
    dead = run(DEAD, [BATCH])
    if not dead:
        return 0
    tokens = {token for token, _, _ in dead}
    claimed = [pk for _, pk, status in dead if status == MessageStatus.CLAIMED]
    sending = [pk for _, pk, status in dead if status == MessageStatus.SENDING]
    count = _return_claimed(claimed, tokens, now) + _resolve_sending(sending, tokens, now)
    end(tokens)
    run(LATER, [AGAIN, array(tokens)])
    return count


def _still(messages: Sequence[int], tokens: Collection[uuid.UUID], status: MessageStatus) -> "QuerySet[Message]":
    return Message.objects.filter(id__any=list(messages), claim_token__in=tokens, status=status)


@transaction.atomic
def _return_claimed(claimed: Sequence[int], tokens: Collection[uuid.UUID], now: datetime) -> int:
    messages = list(
        _still(claimed, tokens, MessageStatus.CLAIMED)
        .select_related("enrolment", "step")
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))
    )
    ledger = Ledger(now)
    for message in messages:
        ledger.change(message, status=MessageStatus.QUEUED, claim_token=None)
    ledger.write()
    flows.count(Reclaimed.RETURNED, len(messages))
    return len(messages)


@transaction.atomic
def _resolve_sending(sending: Sequence[int], tokens: Collection[uuid.UUID], now: datetime) -> int:
    """Nobody will ever tell what came of these requests: as if each had timed out.

    One at a time, so that each is counted once: no message is locked before its enrolment.
    """
    if not sending or not turns.take_alone("reclaim"):
        return 0
    unanswered = _still(sending, tokens, MessageStatus.SENDING).values("id")
    keys = list(
        Attempt.objects.filter(status=AttemptStatus.SENDING, message__in=unanswered).values_list("key", flat=True)
    )
    record([_no_answer(key) for key in keys], now=now)
    flows.count(Reclaimed.UNANSWERED, len(keys))
    return len(keys)


def _no_answer(key: Any) -> Receipt:
    return Receipt(
        key=key.hex,
        status=ReceiptStatus.UNKNOWN,
        error_class=ErrorClass.UNKNOWN,
        code=WORKER_DIED,
        detail="the worker ended before the vendor's answer was recorded",
    )
