"""Everything that comes back: stored webhooks and hits, read until none is left."""

import time
from datetime import timedelta

from campaigns.engine import clock, hits, inbound
from campaigns.engine.kept import KeptSurroundings

# A task ends after this: what it has changed is decided by another.
SHIFT = timedelta(seconds=1)
# A round costs much the same for one as for so many; a moment later there are more.
ENOUGH = 200
MOMENT_S = 0.1


def track(*, shift: timedelta = SHIFT) -> int:
    """Read webhooks and hits until none is left or the shift is over; gives how many there were."""
    load = KeptSurroundings().load
    ends_at = time.monotonic() + shift.total_seconds()
    total = 0
    while time.monotonic() < ends_at:
        now = clock.now()
        done = inbound.drain(now, load=load) + hits.drain(now, load=load)
        total += done
        if not done:
            break
        if done < ENOUGH:
            time.sleep(MOMENT_S)
    return total
