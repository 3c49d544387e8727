"""How a campaign went over time: people who entered, messages sent, people who acted, money; by the hour or the day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.utils.timezone import localtime

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Outcome
from campaigns.reports_counts import Counts
from campaigns.reports_part import WHOLE, Part

_SUMS = """
SELECT hour, counter, sum(value)
FROM (
    SELECT hour, counter, value FROM campaigns_stepstats
    WHERE campaign_id = %(campaign)s AND counter = ANY(%(counters)s)
        AND (%(route)s::bigint IS NULL OR route_id = %(route)s)
        AND (%(language)s::text IS NULL OR language = %(language)s)
        AND (%(until)s::timestamptz IS NULL OR hour < %(until)s)
    UNION ALL
    SELECT hour, counter, value FROM campaigns_stepdelta
    WHERE campaign_id = %(campaign)s AND counter = ANY(%(counters)s)
        AND (%(route)s::bigint IS NULL OR route_id = %(route)s)
        AND (%(language)s::text IS NULL OR language = %(language)s)
        AND (%(until)s::timestamptz IS NULL OR hour < %(until)s)
) AS counted
GROUP BY hour, counter
"""
_ENGAGED = counters.outcome(Outcome.ENGAGED)
_COUNTERS = (Counter.AUDIENCE, Counter.ACCEPTED, _ENGAGED, Counter.COST)
_HOUR = timedelta(hours=1)
# Of more hours than so many nobody can tell one from the next.
_MOST_HOURS = timedelta(hours=72)


class Unit(StrEnum):
    """How long each point of a line is."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Point:
    """What happened in the hour that `begins_at` begins, or in the day, of the reader's time zone."""

    begins_at: datetime
    entered: int
    sent: int
    acted: int
    cost: Decimal


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points without a gap, from the first that anything happened in to the last; they add up to the report's figures.

    Hours for the first three days of a campaign, then days of the reader's time zone.
    """

    unit: Unit
    points: tuple[Point, ...]


def series_of(campaign_id: int, part: Part = WHOLE) -> Series:
    """How `part` of a campaign went over time, in one statement."""
    hours = _read(campaign_id, part)
    if not hours:
        return Series(unit=Unit.HOUR, points=())
    first, last = min(hours), max(hours)
    unit = Unit.HOUR if last - first < _MOST_HOURS else Unit.DAY
    gathered: defaultdict[datetime, list[Counts]] = defaultdict(list)
    for begins_at in _begins(first, last, unit):
        gathered[begins_at] = []
    for hour, counts in hours.items():
        gathered[_begin(hour, unit)].append(counts)
    return Series(unit=unit, points=tuple(_point(at, Counts.total(found)) for at, found in sorted(gathered.items())))


def _read(campaign_id: int, part: Part) -> Mapping[datetime, Counts]:
    asked: dict[str, int | str | list[str] | datetime | None] = {
        "campaign": campaign_id,
        "counters": [str(counter) for counter in _COUNTERS],
        "route": part.route_id,
        "language": part.language,
        "until": part.until,
    }
    hours: defaultdict[datetime, dict[str, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, asked)
        for hour, counter, value in cursor.fetchall():
            hours[hour][counter] = value
    return {hour: Counts(values=values) for hour, values in hours.items()}


def _begin(hour: datetime, unit: Unit) -> datetime:
    """The beginning of the point that `hour` belongs to."""
    if unit is Unit.HOUR:
        return hour
    return localtime(hour).replace(hour=0, minute=0, second=0, microsecond=0)


def _begins(first: datetime, last: datetime, unit: Unit) -> Iterator[datetime]:
    """The beginnings of all points from `first` to `last`; days are not all of 24 hours."""
    hour = first
    while hour <= last:
        yield _begin(hour, unit)
        hour += _HOUR


def _point(begins_at: datetime, counts: Counts) -> Point:
    return Point(
        begins_at=begins_at,
        entered=counts.people(Counter.AUDIENCE),
        sent=counts.people(Counter.ACCEPTED),
        acted=counts.people(_ENGAGED),
        cost=counts.amount(Counter.COST),
    )
