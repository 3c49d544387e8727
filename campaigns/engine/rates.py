"""A sender's pace, shared by all workers: token bucket and circuit breaker.

In real time, whatever the product's clock says: the vendor lives in it.
"""

from datetime import datetime, timedelta

from channels.models import Sender, SenderState

# After so many temporary failures without a success the sender is left alone for a while.
FAILURES_TO_CLOSE = 5
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)


def lock_state(sender: Sender, real_now: datetime) -> SenderState:
    """The state of `sender`, locked for this transaction, its tokens refilled up to `real_now`."""
    SenderState.objects.bulk_create(
        [SenderState(sender=sender, tokens=sender.rate_per_second, tokens_at=real_now)],
        ignore_conflicts=True,
    )
    state = SenderState.objects.select_for_update().get(sender=sender)
    elapsed = max((real_now - state.tokens_at).total_seconds(), 0)
    state.tokens = min(state.tokens + elapsed * sender.rate_per_second, float(sender.rate_per_second))
    state.tokens_at = real_now
    return state


def take(state: SenderState, count: int) -> None:
    """`count` messages have been taken from the bucket; a negative count gives them back."""
    state.tokens -= count
    state.save(update_fields=["tokens", "tokens_at"])


def note_success(state: SenderState) -> None:
    """The vendor accepts again."""
    if state.failures_in_a_row or state.closed_until:
        state.failures_in_a_row = 0
        state.closed_until = None
        state.save(update_fields=["failures_in_a_row", "closed_until"])


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
