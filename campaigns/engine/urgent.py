"""The quick lane: a worker of its own decides and sends what is transactional, whatever the others are busy with."""

import time

from campaigns.engine import clock, ticking
from campaigns.engine.advance import advance
from campaigns.engine.serving import serve
from campaigns.engine.shifts import Shift, Shifts
from campaigns.engine.wake import MOMENT

# What comes right after something else is not announced (wake.py), so the lane stays open longer than that.
LINGER_S = 2 * MOMENT
GLANCE_S = 0.05


def hurry(shifts: Shifts, *, shift: Shift) -> None:
    """Decide what is due in transactional campaigns and begin to send it, until nothing has come for a while."""
    last_at = time.monotonic()
    sender_ids = set(ticking.urgent_senders(clock.now()))
    while not shift.is_over and time.monotonic() - last_at < LINGER_S:
        for sender_id in sender_ids:
            _begin(shifts, sender_id)
        now = clock.now()
        ticking.note_tick(now)
        count, sender_ids = advance(now, is_urgent_only=True)
        if count:
            last_at = time.monotonic()
        else:
            time.sleep(GLANCE_S)


def _begin(shifts: Shifts, sender_id: int) -> None:
    shifts.begin(("urgent", sender_id), lambda shift: serve(sender_id, shift=shift, is_urgent_only=True))
