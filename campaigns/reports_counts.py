"""The counters of campaigns as they stand now, folded and not yet folded, read in one statement.

A folding task moves deltas into totals at any moment. Two statements could see a delta in both
places or in neither; one statement has one snapshot, in which each is counted exactly once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from campaigns.engine.counters import Counter
from campaigns.models import StepDelta, StepTotal

NOUGHT = Decimal(0)

_SUMS = """
SELECT campaign_id, route_id, step_key, counter, sum(value)
FROM (
    SELECT campaign_id, route_id, step_key, counter, value FROM campaigns_steptotal
    WHERE campaign_id = ANY(%(campaigns)s) AND (%(counters)s::text[] IS NULL OR counter = ANY(%(counters)s))
    UNION ALL
    SELECT campaign_id, route_id, step_key, counter, value FROM campaigns_stepdelta
    WHERE campaign_id = ANY(%(campaigns)s) AND (%(counters)s::text[] IS NULL OR counter = ANY(%(counters)s))
) AS counted
GROUP BY campaign_id, route_id, step_key, counter
"""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The counters of one place: a step on a route, a route, or a whole campaign."""

    values: Mapping[str, Decimal] = field(default_factory=dict)

    def people(self, counter: str) -> int:
        """How many people (messages, for a step) `counter` counts."""
        return int(self.values.get(counter, NOUGHT))

    def amount(self, counter: str) -> Decimal:
        """What `counter` adds up to, for money."""
        return self.values.get(counter, NOUGHT)

    @staticmethod
    def total(parts: Iterable["Counts"]) -> "Counts":
        """All `parts` together."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for part in parts:
            for counter, value in part.values.items():
                sums[counter] += value
        return Counts(values=sums)


@dataclass(frozen=True, kw_only=True)
class CampaignCounts:
    """The counters of one campaign, by (route id, step key); the key '' is the route as a whole."""

    places: Mapping[tuple[int, str], Counts] = field(default_factory=dict)

    @property
    def route_ids(self) -> frozenset[int]:
        """The routes that something was counted on."""
        return frozenset(route_id for route_id, _key in self.places)

    def of_step(self, route_id: int, key: str) -> Counts:
        """The counters of the step `key` on a route."""
        return self.places.get((route_id, key), Counts())

    def of_route(self, route_id: int) -> Counts:
        """The counters of a route as a whole."""
        return self.places.get((route_id, ""), Counts())

    def overall(self) -> Counts:
        """The counters of the campaign as a whole, those of its steps left out."""
        return Counts.total(counts for (_route, key), counts in self.places.items() if not key)

    def everywhere(self) -> Counts:
        """Every counter added up, over the steps as well."""
        return Counts.total(self.places.values())


def read_counts(
    campaign_ids: Sequence[int], *, counters: Sequence[Counter | str] | None = None
) -> dict[int, CampaignCounts]:
    """The counters of each of `campaign_ids` (of all `counters`, or only of those named), in one statement."""
    return gathered(campaign_ids, _sums(campaign_ids, counters))


def gathered(
    campaign_ids: Sequence[int], rows: Iterable[tuple[int, int, str, str, Decimal]]
) -> dict[int, CampaignCounts]:
    """What `rows` (campaign, route, step, counter, value) say of each of `campaign_ids`."""
    places: defaultdict[int, dict[tuple[int, str], dict[str, Decimal]]] = defaultdict(dict)
    for campaign_id, route_id, key, counter, value in rows:
        places[campaign_id].setdefault((route_id, key), {})[counter] = value
    return {
        campaign_id: CampaignCounts(
            places={place: Counts(values=values) for place, values in places[campaign_id].items()}
        )
        for campaign_id in campaign_ids
    }


def has_cost_anything() -> bool:
    """Has any message cost anything yet?"""
    return any(table.objects.filter(counter=Counter.COST, value__gt=0).exists() for table in (StepTotal, StepDelta))


def _sums(
    campaign_ids: Sequence[int], counters: Sequence[Counter | str] | None
) -> Iterator[tuple[int, int, str, str, Decimal]]:
    wanted = None if counters is None else [str(counter) for counter in counters]
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"campaigns": list(campaign_ids), "counters": wanted})
        yield from cursor.fetchall()
