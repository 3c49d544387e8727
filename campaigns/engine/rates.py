"""A sender's pace, shared by all workers: token bucket and circuit breaker.

In real time, whatever the product's clock says: the vendor lives in it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from channels.models import Sender, SenderState
from channels.rows import run

# What a sender may save up while nobody sends, in seconds of its rate: more would leave at once and break the promise
# to the vendor in every span that begins before it; less would lose the time that a slow worker needs.
SAVED_S = 0.4
# After so many failures without a success the sender is left alone for a while, and then tried with one message.
FAILURES_TO_CLOSE = 5
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)


# How often a batch is claimed decides how much these cost, so they are prepared.
LOCK = """
SELECT tokens, tokens_at, failures_in_a_row, closed_until, clock_timestamp() FROM channels_senderstate
WHERE sender_id = %s FOR UPDATE
"""
MAKE = """
INSERT INTO channels_senderstate (sender_id, tokens, tokens_at, failures_in_a_row)
VALUES (%s, %s, clock_timestamp(), 0) ON CONFLICT DO NOTHING
"""
TAKE = "UPDATE channels_senderstate SET tokens = %s, tokens_at = %s WHERE sender_id = %s"
PUT_BACK = "UPDATE channels_senderstate SET tokens = tokens + %s WHERE sender_id = %s"
RECOVER = """
UPDATE channels_senderstate SET failures_in_a_row = 0, closed_until = NULL
WHERE sender_id = %s AND (failures_in_a_row > 0 OR closed_until IS NOT NULL)
"""


class Taken(NamedTuple):
    """`number` messages from the bucket, or 0 and how long to `wait` for the next.

    With `is_trial` the vendor has failed until now: only when it takes one, others may follow.
    """

    number: int
    wait: timedelta | None
    is_trial: bool = False


def lock_state(sender: Sender) -> SenderState:
    """The state of `sender`, locked for this transaction."""
    run(MAKE, [sender.pk, most_saved(sender)])
    return SenderState.objects.select_for_update().get(sender=sender)


def most_saved(sender: Sender) -> float:
    """How many messages `sender` may send at once, however long it was idle: at least one."""
    return max(sender.rate_per_second * SAVED_S, 1.0)


@transaction.atomic
def take(sender: Sender, most: int) -> Taken:
    """Take up to `most` messages from the bucket."""
    locked = run(LOCK, [sender.pk])
    if not locked:
        run(MAKE, [sender.pk, most_saved(sender)])
        locked = run(LOCK, [sender.pk])
    ((tokens, tokens_at, failures, closed_until, real_now),) = locked
    if closed_until and closed_until > real_now:
        return Taken(0, closed_until - real_now)
    refilled = max((real_now - tokens_at).total_seconds(), 0) * sender.rate_per_second
    tokens = min(tokens + refilled, most_saved(sender))
    if tokens < 1:
        return Taken(0, timedelta(seconds=(1 - tokens) / sender.rate_per_second))
    taken = min(most, int(tokens))
    run(TAKE, [tokens - taken, real_now, sender.pk])
    return Taken(taken, None, is_trial=failures >= FAILURES_TO_CLOSE)


def put_back(sender: Sender, count: int) -> None:
    """Give back `count` messages that were taken and are not sent."""
    if count:
        run(PUT_BACK, [count, sender.pk])


def recover(sender: Sender) -> None:
    """The vendor accepts again: forget that it refused."""
    run(RECOVER, [sender.pk])


def note_failures(state: SenderState, count: int, real_now: datetime, retry_after: timedelta | None) -> None:
    """The vendor failed at `count` messages together, and asked to wait `retry_after` (None: it did not say).

    Where it has failed FAILURES_TO_CLOSE times the sender is left alone for FIRST_PAUSE, and twice as long with each
    group that fails after that.
    """
    before = state.failures_in_a_row
    state.failures_in_a_row = before + 1 if before >= FAILURES_TO_CLOSE else min(before + count, FAILURES_TO_CLOSE)
    pause = retry_after
    if pause is None and state.failures_in_a_row >= FAILURES_TO_CLOSE:
        doublings = min(state.failures_in_a_row - FAILURES_TO_CLOSE, 16)
        pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    if pause:
        state.closed_until = max(real_now + min(pause, LONGEST_PAUSE), state.closed_until or real_now)
    state.save(update_fields=["failures_in_a_row", "closed_until"])
