"""The only source of now in the engine: the database's clock, as the product's settings row maps it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from campaigns.models import EngineClock
from channels.rows import run


class ClockMayNotMove(Exception):
    """Moving the clock is for tests and the demo; here it would send real messages at the wrong time."""


def now() -> datetime:
    """The product's time, aware. Read it once a batch and pass it on."""
    return _instant("SELECT cascade_now()")


def real_now() -> datetime:
    """The database's own time, aware: for leases, which must run whatever the product's clock does."""
    return _instant("SELECT clock_timestamp()")


def _instant(query: str) -> datetime:
    instant: datetime = run(query)[0][0]
    return instant


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the product's time runs, as it was read: at the real time `real_at` it shows `shown_at`."""

    real_at: datetime
    shown_at: datetime
    speed: float

    def shown(self, instant: datetime) -> datetime:
        """The product's time at a real `instant`, such as a vendor's time of an event."""
        return self.shown_at + (instant - self.real_at) * self.speed


# Without a row of its own the product's time is the real one.
REAL = Reading(real_at=datetime(2020, 1, 1, tzinfo=UTC), shown_at=datetime(2020, 1, 1, tzinfo=UTC), speed=1)


RUN_AT = """
INSERT INTO campaigns_engineclock (id, real_at, shown_at, speed)
VALUES (1, clock_timestamp(), COALESCE(%s::timestamptz, cascade_now()), %s)
ON CONFLICT (id) DO UPDATE SET real_at = excluded.real_at, shown_at = excluded.shown_at, speed = excluded.speed
RETURNING real_at, shown_at, speed
"""


def run_at(*, shown_at: datetime | None = None, speed: float = 1) -> Reading:
    """Let the product's time be `shown_at` (aware; None keeps it) from now on, at `speed` times the real one.

    A speed of 0 freezes it. Raises ClockMayNotMove where settings.CLOCK_MAY_MOVE is off.
    """
    if not settings.CLOCK_MAY_MOVE:
        raise ClockMayNotMove
    ((real_at, shown, runs_at),) = run(RUN_AT, [shown_at, speed])
    return Reading(real_at=real_at, shown_at=shown, speed=runs_at)


def read() -> Reading:
    """How the product's time runs. Read it once a batch, however many instants are to be told by it."""
    row = EngineClock.objects.first()
    return Reading(real_at=row.real_at, shown_at=row.shown_at, speed=row.speed) if row else REAL


def as_shown(instant: datetime) -> datetime:
    """The product's time at a single real `instant`."""
    return read().shown(instant)


def shift(by: timedelta) -> datetime:
    """Move the product's time by `by`, keeping its speed; gives the new time. Raises like run_at."""
    row = EngineClock.objects.first()
    target = now() + by
    run_at(shown_at=target, speed=row.speed if row else 1)
    return target
