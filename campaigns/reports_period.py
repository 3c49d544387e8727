"""The campaigns that were launched in a period: which, in which order, and each with the figures of its own page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Installation, Outcome
from campaigns.pagination import PAGE_SIZE, Page
from campaigns.periods import Period
from campaigns.reports import Summary, summaries
from campaigns.reports_groups import NOT_LAUNCHED

_AT_ONCE = 1_000
_LATEST = ("-launched_at", "-pk")
# What a list may be sorted by that has to be counted first. Those of whom it cannot be said come last.
_COUNTED = {
    "people": "people",
    "acted": "engaged",
    "share": "engaged / NULLIF(people, 0)",
    "open": "people - ended",
    "cost": "cost",
    "each": "cost / NULLIF(engaged, 0)",
}
_IN_ORDER = """
SELECT campaign.id
FROM campaigns_campaign AS campaign
LEFT JOIN (
    SELECT campaign_id,
        COALESCE(sum(value) FILTER (WHERE counter = %(people)s), 0) AS people,
        COALESCE(sum(value) FILTER (WHERE counter = %(engaged)s), 0) AS engaged,
        COALESCE(sum(value) FILTER (WHERE counter = ANY(%(outcomes)s)), 0) AS ended,
        COALESCE(sum(value) FILTER (WHERE counter = %(cost)s), 0) AS cost
    FROM (
        SELECT campaign_id, counter, value FROM campaigns_steptotal WHERE counter = ANY(%(counters)s)
        UNION ALL
        SELECT campaign_id, counter, value FROM campaigns_stepdelta WHERE counter = ANY(%(counters)s)
    ) AS counted
    WHERE campaign_id IN (
        SELECT id FROM campaigns_campaign WHERE launched_at >= %(begins_at)s AND launched_at < %(ends_before)s
    )
    GROUP BY campaign_id
) AS figures ON figures.campaign_id = campaign.id
WHERE launched_at >= %(begins_at)s AND launched_at < %(ends_before)s AND status <> ALL(%(not_launched)s)
ORDER BY {by} NULLS LAST, launched_at DESC, campaign.id DESC
LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the list is sorted by."""

    name: str = "launched"
    is_descending: bool = True

    NAMES = ("name", "launched", *_COUNTED)

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


def launched_in(period: Period) -> QuerySet[Campaign]:
    """The campaigns launched in `period`, the latest first; one that is only scheduled is not launched."""
    rows = Campaign.objects.filter(launched_at__gte=period.begins_at, launched_at__lt=period.ends_before)
    return rows.exclude(status__in=NOT_LAUNCHED).order_by(*_LATEST)


def page_in_order(period: Period, order: Order, cursor: str = "") -> Page[Campaign]:
    """The page at `cursor` of the campaigns launched in `period`, sorted. A cursor that is broken gives the first.

    Figures change while somebody reads, so a page is a place in the list and not a row to go on from.
    """
    offset = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 9 else 0
    found = list(_in_order(period, order, offset=offset, limit=PAGE_SIZE + 1))
    return Page(
        rows=found[:PAGE_SIZE],
        next_cursor=str(offset + PAGE_SIZE) if len(found) > PAGE_SIZE else "",
        previous_cursor=str(max(offset - PAGE_SIZE, 0)) if offset else "",
    )


def with_figures(campaigns: Sequence[Campaign]) -> Iterator[tuple[Campaign, Summary]]:
    """`campaigns`, each with its figures, read for many at once."""
    for begin in range(0, len(campaigns), _AT_ONCE):
        piece = campaigns[begin : begin + _AT_ONCE]
        figures = summaries([campaign.pk for campaign in piece])
        yield from ((campaign, figures[campaign.pk]) for campaign in piece)


def most_engaged(period: Period, limit: int) -> list[tuple[Campaign, Summary]]:
    """The campaigns in which most people acted, with their figures."""
    return list(with_figures(_in_order(period, Order(name="acted"), offset=0, limit=limit)))


def currency() -> str:
    """The currency that costs are told in."""
    return Installation.current().reporting_currency


def _in_order(period: Period, order: Order, *, offset: int, limit: int) -> Sequence[Campaign]:
    if order.name not in _COUNTED:
        column = {"name": "name", "launched": "launched_at"}[order.name]
        sign = "-" if order.is_descending else ""
        return list(launched_in(period).order_by(f"{sign}{column}", *_LATEST)[offset : offset + limit])
    ids = _ids_by_figure(period, order, offset=offset, limit=limit)
    found = Campaign.objects.in_bulk(ids)
    return [found[campaign_id] for campaign_id in ids if campaign_id in found]


def _ids_by_figure(period: Period, order: Order, *, offset: int, limit: int) -> list[int]:
    engaged = counters.outcome(Outcome.ENGAGED)
    asked: dict[str, str | int | datetime | list[str]] = {
        "people": Counter.AUDIENCE.value,
        "engaged": engaged,
        "outcomes": list(counters.OUTCOMES),
        "cost": Counter.COST.value,
        "counters": [Counter.AUDIENCE.value, Counter.COST.value, *counters.OUTCOMES],
        "begins_at": period.begins_at,
        "ends_before": period.ends_before,
        "not_launched": [status.value for status in NOT_LAUNCHED],
        "limit": limit,
        "offset": offset,
    }
    direction = sql.SQL("DESC" if order.is_descending else "ASC")
    by = sql.SQL("{} {}").format(sql.SQL(_COUNTED[order.name]), direction)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_IN_ORDER).format(by=by), asked)
        return [campaign_id for (campaign_id,) in cursor.fetchall()]
