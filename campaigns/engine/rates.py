"""A sender's pace, shared by all workers: token bucket and circuit breaker.

In real time, whatever the product's clock says: the vendor lives in it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from campaigns.engine import clock
from channels.models import Sender, SenderState

# What a sender may save up while nobody sends, in seconds of its rate: more would leave at once and break the promise
# to the vendor in every span that begins before it; less would lose the time that a slow worker needs.
SAVED_S = 0.4
# After so many temporary failures without a success the sender is left alone for a while.
FAILURES_TO_CLOSE = 5
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)


def lock_state(sender: Sender, real_now: datetime) -> SenderState:
    """The state of `sender`, locked for this transaction, its tokens refilled up to `real_now`."""
    SenderState.objects.bulk_create(
        [SenderState(sender=sender, tokens=most_saved(sender), tokens_at=real_now)],
        ignore_conflicts=True,
    )
    state = SenderState.objects.select_for_update().get(sender=sender)
    elapsed = max((real_now - state.tokens_at).total_seconds(), 0)
    state.tokens = min(state.tokens + elapsed * sender.rate_per_second, most_saved(sender))
    state.tokens_at = real_now
    return state


def most_saved(sender: Sender) -> float:
    """How many messages `sender` may send at once, however long it was idle: at least one."""
    return max(sender.rate_per_second * SAVED_S, 1.0)


@transaction.atomic
def take(sender: Sender, most: int) -> tuple[int, timedelta | None]:
    """Take up to `most` messages from the bucket: how many there were, or 0 and how long to wait for the next."""
    real_now = clock.real_now()
    state = lock_state(sender, real_now)
    if state.closed_until and state.closed_until > real_now:
        return 0, state.closed_until - real_now
    if state.tokens < 1:
        return 0, timedelta(seconds=(1 - state.tokens) / sender.rate_per_second)
    taken = min(most, int(state.tokens))
    state.tokens -= taken
    state.save(update_fields=["tokens", "tokens_at"])
    return taken, None


def put_back(sender: Sender, count: int) -> None:
    """Give back `count` messages that were taken and are not sent."""
    if count:
        SenderState.objects.filter(sender=sender).update(tokens=F("tokens") + count)


def recover(sender: Sender) -> None:
    """The vendor accepts again: forget that it refused."""
    troubled = Q(failures_in_a_row__gt=0) | Q(closed_until__isnull=False)
    SenderState.objects.filter(troubled, sender=sender).update(failures_in_a_row=0, closed_until=None)


def note_refusals(state: SenderState, count: int, real_now: datetime, retry_after: timedelta | None) -> None:
    """The vendor refused `count` messages for now, and asked to wait `retry_after` (None: it did not say)."""
    state.failures_in_a_row += count
    pause = retry_after
    if pause is None and state.failures_in_a_row >= FAILURES_TO_CLOSE:
        doublings = min(state.failures_in_a_row // FAILURES_TO_CLOSE - 1, 16)
        pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    if pause:
        state.closed_until = max(real_now + min(pause, LONGEST_PAUSE), state.closed_until or real_now)
    state.save(update_fields=["failures_in_a_row", "closed_until"])
