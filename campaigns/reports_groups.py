"""What all campaigns of a period came to together: in all, by channel, by segment, over time.

What is counted of each is what reports_spans.py says, told by the same dataclasses as on the campaigns' own pages, so
that the groups add up to the lines of the list.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.utils.timezone import get_current_timezone_name

from campaigns.engine.counters import Counter
from campaigns.periods import Period
from campaigns.reports_counts import Counts
from campaigns.reports_figures import Audience, StepFigures
from campaigns.reports_spans import COUNTED, PICKED, asked
from channels.kinds import Channel

_CAMPAIGNS, _LAUNCHED = "campaigns", "launched"
# People are of the segment of their route, and else of that of the campaign's audience. What is counted of a step is of
# the step's channel. Each campaign counts itself, so that those that nobody has entered yet are counted too; of no
# moment, as people may enter it in many. Its launch is of one.
_SUMS = f"""
WITH {PICKED}, {COUNTED}, all_counted AS (
    SELECT campaign_id, is_now, date_trunc(%(unit)s, at AT TIME ZONE %(zone)s)::date AS begins_on,
        route_id, step_key, counter, sum(value) AS value
    FROM counted
    GROUP BY campaign_id, is_now, begins_on, route_id, step_key, counter
    UNION ALL
    SELECT id, is_now, NULL, 0, '', '{_CAMPAIGNS}', 1 FROM picked
    UNION ALL
    SELECT id, is_now, date_trunc(%(unit)s, launched_at AT TIME ZONE %(zone)s)::date, 0, '', '{_LAUNCHED}', 1
    FROM picked WHERE launched_at >= begins_at
), placed AS (
    SELECT all_counted.is_now, COALESCE(route.segment_id, campaign.segment_id, 0) AS segment_id,
        COALESCE(step.channel, '') AS channel, all_counted.begins_on,
        all_counted.step_key <> '' AS is_step, all_counted.counter, all_counted.value
    FROM all_counted
    JOIN campaigns_campaign AS campaign ON campaign.id = all_counted.campaign_id
    LEFT JOIN campaigns_route AS route ON route.id = all_counted.route_id
    LEFT JOIN campaigns_step AS step ON step.route_id = all_counted.route_id AND step.key = all_counted.step_key
)
SELECT GROUPING(channel, segment_id, begins_on), is_now, channel, segment_id, begins_on, is_step, counter, sum(value)
FROM placed
GROUP BY is_now, is_step, counter, GROUPING SETS ((), (channel), (segment_id), (begins_on))
HAVING is_now OR GROUPING(channel, segment_id, begins_on) = 7
"""  # noqa: S608  texts of ours, values are parameters
# What GROUPING says: a bit for each of the three that a row is not grouped by.
_IN_ALL, _BY_CHANNEL, _BY_SEGMENT, _BY_MOMENT = 7, 3, 5, 6


class Unit(StrEnum):
    """How long each point of a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @classmethod
    def of(cls, period: Period) -> "Unit":
        """The one in which `period` has points enough to see a line in, and not more than one can tell apart."""
        longest = ((31, cls.DAY), (190, cls.WEEK), (1100, cls.MONTH))
        return next((unit for days, unit in longest if period.days <= days), cls.YEAR)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some campaigns together, `launched` of them then. `messages` are the figures of all their steps added up."""

    campaigns: int
    launched: int
    audience: Audience
    messages: StepFigures
    cost: Decimal

    @property
    def cost_per_engaged(self) -> Decimal | None:
        """What each person who acted has cost; None where nobody has."""
        return self.cost / self.audience.engaged if self.audience.engaged else None

    @property
    def has_people(self) -> bool:
        """Is there anything that a table of people tells of?"""
        audience = self.audience
        return any((audience.people, audience.engaged, audience.open, self.messages.accepted, self.cost))


@dataclass(frozen=True, kw_only=True)
class PeriodFigures:
    """A period in all, the one before it, and its groups; `segments` by id, 0 for everybody.

    `moments` are by their first day, those too in which nothing happened. How many campaigns there were is said of no
    moment, nor who is still in the chain: only how many were launched.
    """

    unit: Unit
    now: Group
    before: Group
    channels: Mapping[Channel, Group]
    segments: Mapping[int, Group]
    moments: Mapping[date, Group]


def period_figures(period: Period) -> PeriodFigures:
    """What the campaigns of `period` came to, in one statement."""
    unit = Unit.of(period)
    found = _read(period, unit)
    moments = {begins_on: _group(found.get((_BY_MOMENT, True, str(begins_on)))) for begins_on in _begins(period, unit)}
    channels = {Channel(key): _group(sums) for (by, _now, key), sums in found.items() if by == _BY_CHANNEL and key}
    segments = {int(key): _group(sums) for (by, _now, key), sums in found.items() if by == _BY_SEGMENT}
    return PeriodFigures(
        unit=unit,
        now=_group(found.get((_IN_ALL, True, ""))),
        before=_group(found.get((_IN_ALL, False, ""))),
        channels={channel: channels[channel] for channel in Channel if channel in channels},
        segments={
            key: group
            for key, group in sorted(segments.items(), key=lambda item: (-item[1].audience.people, item[0]))
            if group.has_people
        },
        moments=moments,
    )


_Sums = dict[bool, dict[str, Decimal]]


def _read(period: Period, unit: Unit) -> Mapping[tuple[int, bool, str], _Sums]:
    """The counters of each group, those of steps (True) and those of campaigns as a whole apart."""
    told = asked(period, is_compared=True) | {"unit": unit.value, "zone": get_current_timezone_name()}
    found: defaultdict[tuple[int, bool, str], _Sums] = defaultdict(lambda: {True: {}, False: {}})
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, told)
        for by, is_now, channel, segment_id, begins_on, is_step, counter, value in cursor.fetchall():
            key = {_BY_CHANNEL: channel, _BY_SEGMENT: segment_id, _BY_MOMENT: begins_on}.get(by, "")
            found[by, is_now, str(key)][is_step][counter] = value
    return dict(found)


def _group(sums: _Sums | None) -> Group:
    whole, steps = (Counts(values=sums[is_step]) if sums else Counts() for is_step in (False, True))
    return Group(
        campaigns=whole.people(_CAMPAIGNS),
        launched=whole.people(_LAUNCHED),
        audience=Audience.of(whole),
        messages=StepFigures.of(steps),
        cost=Counts.total([whole, steps]).amount(Counter.COST),
    )


def _begins(period: Period, unit: Unit) -> Sequence[date]:
    """The first day of each point of `period`; the first of them may begin before it."""
    days = (date.fromordinal(day) for day in range(period.begins_on.toordinal(), period.ends_on.toordinal() + 1))
    return list(dict.fromkeys(_first_of(day, unit) for day in days))


def _first_of(day: date, unit: Unit) -> date:
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return date.fromordinal(day.toordinal() - day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
