"""What happened in the last seven days, in all campaigns together, beside the seven days before.

The same counters as in the reports of single campaigns, read in one statement. They are kept by the hour, so that both
weeks are compared until the beginning of this one; an hour is of the day in which it begins.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.utils.timezone import localtime, make_aware

from campaigns.engine import clock, counters
from campaigns.engine.counters import Counter
from campaigns.models import Outcome
from campaigns.reports_counts import Counts

DAYS = 7
_HOUR = timedelta(hours=1)
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
    """One figure (people or messages as whole numbers): of these days until now, and by day; and what is compared.

    `until_hour` is that of these days until the last full hour, `before` that of the seven days before until then.
    """

    now: int | Decimal
    days: Sequence[int | Decimal]
    until_hour: int | Decimal
    before: int | Decimal


@dataclass(frozen=True, kw_only=True)
class Week:
    """The last seven days in the reader's time zone, today included; `until` is when the last full hour ended."""

    begins_on: date
    ends_on: date
    until: datetime
    sent: WeekFigure
    acted: WeekFigure
    cost: WeekFigure
    opted_out: WeekFigure


def this_week() -> Week:
    """The last seven days as they stand now."""
    now = clock.now()
    until = localtime(now.astimezone(UTC).replace(minute=0, second=0, microsecond=0))
    today = localtime(now).date()
    first = today - timedelta(days=DAYS - 1)
    hours = list(_read(_midnight(first - timedelta(days=DAYS))))
    weeks = _Weeks.of(hours, first=first, until=until)
    return Week(
        begins_on=first,
        ends_on=today,
        until=until,
        sent=weeks.figure(Counter.ACCEPTED, first),
        acted=weeks.figure(_ENGAGED, first),
        cost=weeks.figure(Counter.COST, first),
        opted_out=weeks.figure(Counter.OPTED_OUT, first),
    )


@dataclass(frozen=True, kw_only=True)
class _Weeks:
    """What was counted by day of these seven, in them until the last full hour, and in the seven before until then."""

    days: Mapping[date, Counts]
    until_hour: Counts
    before: Counts

    @classmethod
    def of(cls, hours: Sequence[tuple[datetime, str, Decimal]], *, first: date, until: datetime) -> "_Weeks":
        days: defaultdict[date, list[Counts]] = defaultdict(list)
        until_hour, before = [], []
        # By the clock on the wall, which need not show the same after seven times 24 hours.
        ends_before = until - timedelta(days=DAYS)
        for hour, counter, value in hours:
            day, counts = localtime(hour).date(), Counts(values={counter: value})
            if day >= first:
                days[day].append(counts)
                until_hour += [counts] if hour < until else []
            elif hour + _HOUR <= ends_before:
                before.append(counts)
        totals = {day: Counts.total(found) for day, found in days.items()}
        return cls(days=defaultdict(Counts, totals), until_hour=Counts.total(until_hour), before=Counts.total(before))

    def figure(self, counter: str, first: date) -> WeekFigure:
        days = [_value(self.days[first + timedelta(days=place)], counter) for place in range(DAYS)]
        return WeekFigure(
            now=sum(days),
            days=days,
            until_hour=_value(self.until_hour, counter),
            before=_value(self.before, counter),
        )


def _value(counts: Counts, counter: str) -> int | Decimal:
    """People and messages as whole numbers, money as it is."""
    return counts.amount(counter) if counter == Counter.COST else counts.people(counter)


def _read(since: datetime) -> Iterator[tuple[datetime, str, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"since": since})
        yield from cursor.fetchall()


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
