"""When the steps of a route fall: the earliest and the latest moment of each, pure arithmetic on instants.

Reckoned in one time zone. Quiet hours hold where each person is, so the moments move for people elsewhere; pages say
so. A sender is taken to have nothing else to do, and its people to come evenly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.engine.waking import QuietHours, add_waking, quiet_until


@dataclass(frozen=True, kw_only=True)
class Pace:
    """A step as far as time goes: it waits for `timeout`, and it takes `sending` until its last message has left.

    `is_skipped_by_some`: some of the route are not reached by it, and go on to the next step at once.
    """

    timeout: timedelta
    is_waking_time: bool
    sending: timedelta
    is_skipped_by_some: bool


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When a step is sent: from `begins_at`, for whoever was not reached before already from `early_at`, to `ends_at`.

    The last may act until `decided_at`.
    """

    begins_at: datetime
    early_at: datetime
    ends_at: datetime
    decided_at: datetime

    @property
    def has_early(self) -> bool:
        """Do some get it before all others?"""
        return self.early_at < self.begins_at


def moments(start: datetime, paces: Sequence[Pace], *, quiet: QuietHours | None, where: ZoneInfo) -> list[Moment]:
    """The moments of the steps of a chain that starts at `start`, with the quiet hours of the zone `where`."""
    found: list[Moment] = []
    begins = early = latest = start
    for pace in paces:
        begins, early = _awake(begins, quiet, where), _awake(early, quiet, where)
        # Whoever comes last leaves then at the latest; a sender slower than they come needs longer.
        ends = max(_awake(latest, quiet, where), add_waking(early, pace.sending, quiet, where))
        decided = _after(ends, pace, quiet, where)
        found.append(Moment(begins_at=begins, early_at=min(begins, early), ends_at=ends, decided_at=decided))
        after = _after(early, pace, quiet, where)
        begins = _after(begins, pace, quiet, where)
        early = early if pace.is_skipped_by_some else after
        latest = decided
    return found


def _awake(at: datetime, quiet: QuietHours | None, where: ZoneInfo) -> datetime:
    return quiet_until(at, quiet, where) or at


def _after(at: datetime, pace: Pace, quiet: QuietHours | None, where: ZoneInfo) -> datetime:
    """When the step's waiting time, begun `at`, has passed."""
    return add_waking(at, pace.timeout, quiet if pace.is_waking_time else None, where)
