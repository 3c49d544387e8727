"""The campaigns of a period: which, in which order, and each with its figures in it (reports_spans.py)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Installation, Outcome
from campaigns.pagination import PAGE_SIZE, Page
from campaigns.periods import Period
from campaigns.reports import SUMMARY, Summary
from campaigns.reports_counts import gathered
from campaigns.reports_figures import OPEN_BEFORE
from campaigns.reports_spans import COUNTED, PICKED, Asked, asked

_AT_ONCE = 1_000
# What a list may be sorted by that has to be counted first. Those of whom it cannot be said come last.
_COUNTED = {
    "people": "people",
    "acted": "engaged",
    "share": "CASE WHEN engaged <= people THEN engaged / NULLIF(people, 0) END",
    "open": "open_before + people - ended",
    "cost": "cost",
    "each": "cost / NULLIF(engaged, 0)",
}
_PLAIN = {"name": "name", "launched": "launched_at"}
_COUNT = f"WITH {PICKED} SELECT count(*) FROM picked"  # noqa: S608  texts of ours, values are parameters
_BY_COLUMN = f"""
WITH {PICKED}
SELECT id FROM picked ORDER BY {{by}}, launched_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608  texts of ours, values are parameters
_BY_FIGURE = f"""
WITH {PICKED}, {COUNTED}, figures AS (
    SELECT campaign_id,
        COALESCE(sum(value) FILTER (WHERE counter = %(people)s), 0) AS people,
        COALESCE(sum(value) FILTER (WHERE counter = %(engaged)s), 0) AS engaged,
        COALESCE(sum(value) FILTER (WHERE counter = ANY(%(outcomes)s)), 0) AS ended,
        COALESCE(sum(value) FILTER (WHERE counter = %(open_before)s), 0) AS open_before,
        COALESCE(sum(value) FILTER (WHERE counter = %(cost)s), 0) AS cost
    FROM counted
    GROUP BY campaign_id
)
SELECT picked.id FROM picked LEFT JOIN figures ON figures.campaign_id = picked.id
ORDER BY {{by}} NULLS LAST, launched_at DESC, picked.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608  texts of ours, values are parameters
_FIGURES = f"""
WITH {PICKED}, {COUNTED}
SELECT campaign_id, route_id, step_key, counter, sum(value) FROM counted
GROUP BY campaign_id, route_id, step_key, counter
"""  # noqa: S608  texts of ours, values are parameters


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the list is sorted by."""

    name: str = "launched"
    is_descending: bool = True

    NAMES = (*_PLAIN, *_COUNTED)

    @classmethod
    def read(cls, written: str) -> "Order":
        """What `written` says ("name", "-cost"); the latest first where it says nothing that there is."""
        name = written.removeprefix("-")
        return cls(name=name, is_descending=written.startswith("-")) if name in cls.NAMES else cls()

    def __str__(self) -> str:
        return f"-{self.name}" if self.is_descending else self.name

    def turned_to(self, name: str) -> "Order":
        """What a click on the heading `name` sorts by: the other way round, or by it, what is most first."""
        return Order(name=name, is_descending=not self.is_descending if name == self.name else name != "name")


def count_of(period: Period) -> int:
    """How many campaigns are of `period`."""
    ((count,),) = _rows(_COUNT, asked(period))
    return int(count)


def campaigns_of(period: Period) -> list[Campaign]:
    """All campaigns of `period`, the latest launched first."""
    return _in_order(period, Order(), offset=0, limit=None)


def page_in_order(period: Period, order: Order, cursor: str = "") -> Page[Campaign]:
    """The page at `cursor` of the campaigns of `period`, sorted. A cursor that is broken or beyond gives the first.

    Figures change while somebody reads, so a page is a place in the list and not a row to go on from.
    """
    offset = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 9 else 0
    found = _in_order(period, order, offset=offset, limit=PAGE_SIZE + 1)
    if offset and not found:
        return page_in_order(period, order)
    return Page(
        rows=found[:PAGE_SIZE],
        next_cursor=str(offset + PAGE_SIZE) if len(found) > PAGE_SIZE else "",
        previous_cursor=str(max(offset - PAGE_SIZE, 0)) if offset else "",
    )


def with_figures(period: Period, campaigns: Sequence[Campaign]) -> Iterator[tuple[Campaign, Summary]]:
    """`campaigns`, each with its figures in `period`, read for many at once."""
    for begin in range(0, len(campaigns), _AT_ONCE):
        piece = campaigns[begin : begin + _AT_ONCE]
        ids = [campaign.pk for campaign in piece]
        counted = gathered(ids, _rows(_FIGURES, asked(period, counters_read=SUMMARY, ids=ids)))
        yield from ((campaign, Summary.of(counted[campaign.pk])) for campaign in piece)


def most_engaged(period: Period, limit: int) -> list[tuple[Campaign, Summary]]:
    """The campaigns in which most people acted, with their figures."""
    return list(with_figures(period, _in_order(period, Order(name="acted"), offset=0, limit=limit)))


def currency() -> str:
    """The currency that costs are told in."""
    return Installation.current().reporting_currency


def _in_order(period: Period, order: Order, *, offset: int, limit: int | None) -> list[Campaign]:
    ids = _ids_in_order(period, order, offset=offset, limit=limit)
    found = Campaign.objects.in_bulk(ids)
    return [found[campaign_id] for campaign_id in ids if campaign_id in found]


def _ids_in_order(period: Period, order: Order, *, offset: int, limit: int | None) -> list[int]:
    engaged = counters.outcome(Outcome.ENGAGED)
    told = asked(period, counters_read=SUMMARY) | {
        "people": Counter.AUDIENCE.value,
        "engaged": engaged,
        "outcomes": list(counters.OUTCOMES),
        "open_before": OPEN_BEFORE,
        "cost": Counter.COST.value,
        "limit": limit,
        "offset": offset,
    }
    statement = _BY_FIGURE if order.name in _COUNTED else _BY_COLUMN
    column = _COUNTED.get(order.name) or _PLAIN[order.name]
    by = f"{column} {'DESC' if order.is_descending else 'ASC'}"
    return [campaign_id for (campaign_id,) in _rows(statement.format(by=by), told)]


def _rows(statement: str, told: Asked) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
