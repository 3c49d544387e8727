"""Moves due enrolments on: claims them in batches, decides each, writes all decisions at once."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.engine.carrying_out import CarryingOut
from campaigns.engine.counters import Counter
from campaigns.engine.decide import Decision, Wait, decide
from campaigns.engine.deltas import Deltas
from campaigns.engine.due import Due, lock_due
from campaigns.engine.snapshots import Batch, load_batch

Way = tuple[object, ...]

logger = logging.getLogger(__name__)

BATCH = 1000
# A row that cannot be decided is looked at again then, rather than in a tight loop.
AFTER_ERROR = timedelta(minutes=5)


@transaction.atomic
def advance(now: datetime, *, limit: int = BATCH, is_urgent_only: bool = False) -> tuple[int, set[int]]:
    """Decide up to `limit` due enrolments at `now` (product time), or those of transactional campaigns only.

    1. Lock the due ones, skipping those that another worker has.
    2. Load what decisions need, for all of them at once, and lock their messages.
    3. Decide each. One row's error never stops the batch: it is logged and the row pushed ahead.
    4. Write messages, enrolments and counters, one statement for all who get the same.

    Gives how many were looked at, and the ids of the senders that have new messages.
    """
    due = lock_due(now, limit=limit, is_urgent_only=is_urgent_only)
    if not due:
        return 0, set()
    batch = load_batch(due)
    deltas = Deltas(now)
    carrying_out = CarryingOut(batch=batch, now=now, deltas=deltas)
    carrying_out.write(list(_decide_all(batch, now, deltas)))
    return len(due), carrying_out.queued_for


def _decide_all(batch: Batch, now: datetime, deltas: Deltas) -> Iterator[tuple[Due, Decision]]:
    known: dict[Way, Decision] = {}
    for one in batch.due:
        try:
            decision = _decide(batch, one, now, known)
        except Exception:
            logger.exception("enrolment %s cannot be decided", one.pk)
            decision = Wait(until=now + AFTER_ERROR)
            deltas.add(one.place(), Counter.UNDECIDED)
        yield one, decision


def _decide(batch: Batch, one: Due, now: datetime, known: dict[Way, Decision]) -> Decision:
    """Nothing has happened to newcomers: those who have the same way before them are decided once."""
    if one.step_position is not None:
        return decide(batch.situation(one), now)
    way = (one.campaign_id, one.route_id, batch.skip_reasons(one), one.due_at if batch.gap(one) else None)
    if way not in known:
        known[way] = decide(batch.situation(one), now)
    return known[way]
