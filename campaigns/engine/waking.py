"""Quiet hours: pure arithmetic on instants and wall clocks, daylight saving included."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """A daily span of wall-clock time in which nothing is sent; it may run past midnight.

    `starts` equal to `ends` means no quiet hours at all.
    """

    starts: time
    ends: time


@lru_cache(maxsize=1000)
def zone(*names: str) -> ZoneInfo:
    """The first of `names` that is a known time zone, else UTC."""
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return UTC


def quiet_until(instant: datetime, quiet: QuietHours | None, where: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold at `instant` end, in UTC; None when it is not quiet then."""
    if quiet is None or quiet.starts == quiet.ends:
        return None
    local = instant.astimezone(where)
    for day in (local.date() - timedelta(days=1), local.date()):
        begins = datetime.combine(day, quiet.starts, where)
        last_day = day if quiet.starts < quiet.ends else day + timedelta(days=1)
        ends = datetime.combine(last_day, quiet.ends, where).astimezone(UTC)
        if begins.astimezone(UTC) <= instant < ends:
            return ends
    return None


def add_waking(start: datetime, duration: timedelta, quiet: QuietHours | None, where: ZoneInfo) -> datetime:
    """The instant when `duration` has passed since `start`, quiet hours not counted."""
    if quiet is None or quiet.starts == quiet.ends:
        return start + duration
    at, left = start, duration
    while True:
        at = quiet_until(at, quiet, where) or at
        falls_quiet = _next_start(at, quiet, where)
        if at + left <= falls_quiet:
            return at + left
        left -= falls_quiet - at
        at = falls_quiet


def _next_start(instant: datetime, quiet: QuietHours, where: ZoneInfo) -> datetime:
    local = instant.astimezone(where)
    for days in range(3):
        begins = datetime.combine(local.date() + timedelta(days=days), quiet.starts, where).astimezone(UTC)
        if begins > instant:
            return begins
    raise AssertionError("quiet hours begin every day")
