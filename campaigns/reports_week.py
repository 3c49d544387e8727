"""What happened in the last seven days, in all campaigns together, beside the seven days before.

The same counters as in the reports of single campaigns, read in one statement.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.utils.timezone import localtime, make_aware

from campaigns.engine import clock, counters
from campaigns.engine.counters import Counter
from campaigns.models import Outcome
from campaigns.reports_counts import Counts

DAYS = 7
_ENGAGED = counters.outcome(Outcome.ENGAGED)
# StepStats has an index of these by hour (stepstats_lately), for which they have to be written out.
_SUMS = """
SELECT hour, counter, sum(value)
FROM (
    SELECT hour, counter, value FROM campaigns_stepstats
    WHERE hour >= %(since)s AND counter IN ('accepted', 'outcome_engaged', 'cost', 'opted_out')
    UNION ALL
    SELECT hour, counter, value FROM campaigns_stepdelta
    WHERE hour >= %(since)s AND counter IN ('accepted', 'outcome_engaged', 'cost', 'opted_out')
) AS counted
GROUP BY hour, counter
"""


@dataclass(frozen=True, kw_only=True)
class WeekFigure:
    """One figure (people or messages as whole numbers): of these days, of those before until the same hour, by day."""

    now: int | Decimal
    before: int | Decimal
    days: Sequence[int | Decimal]


@dataclass(frozen=True, kw_only=True)
class Week:
    """The last seven days in the reader's time zone, today included."""

    begins_on: date
    ends_on: date
    sent: WeekFigure
    acted: WeekFigure
    cost: WeekFigure
    opted_out: WeekFigure


def this_week() -> Week:
    """The last seven days as they stand now."""
    now = localtime(clock.now())
    today = now.date()
    first = today - timedelta(days=DAYS - 1)
    days = _by_day(_read(_midnight(first - timedelta(days=DAYS))), until=now - timedelta(days=DAYS), first=first)

    def of(counter: str) -> list[Decimal]:
        return [days[first + timedelta(days=place)].amount(counter) for place in range(-DAYS, DAYS)]

    return Week(
        begins_on=first,
        ends_on=today,
        sent=_figure([int(amount) for amount in of(Counter.ACCEPTED)]),
        acted=_figure([int(amount) for amount in of(_ENGAGED)]),
        cost=_figure(of(Counter.COST)),
        opted_out=_figure([int(amount) for amount in of(Counter.OPTED_OUT)]),
    )


def _figure(amounts: Sequence[int | Decimal]) -> WeekFigure:
    before, now = amounts[:DAYS], amounts[DAYS:]
    return WeekFigure(now=sum(now), before=sum(before), days=now)


def _read(since: datetime) -> Iterator[tuple[datetime, str, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"since": since})
        yield from cursor.fetchall()


def _by_day(rows: Iterator[tuple[datetime, str, Decimal]], *, until: datetime, first: date) -> Mapping[date, Counts]:
    """By the reader's day; of the days before `first` only what was counted before `until`."""
    days: defaultdict[date, list[Counts]] = defaultdict(list)
    for hour, counter, value in rows:
        day = localtime(hour).date()
        if day >= first or hour <= until:
            days[day].append(Counts(values={counter: value}))
    totals = {day: Counts.total(found) for day, found in days.items()}
    return defaultdict(Counts, totals)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
