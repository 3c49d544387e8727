"""Pages of rows that are sought among many others, from which no index tells them.

Each page looks through a stretch of the others and no further, so that it comes as soon where one in a million is
sought as where all are. How many there are is known beforehand: with the last of them the list has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from django.db import connection
from django.db.models import Q, QuerySet

from campaigns.pagination import PAGE_SIZE, Cursor, Page, Row, in_order

# Rows that a page looks through: some 20 ms of PostgreSQL's time.
STRETCH = 20_000

# The inner query is read in its order, and only until enough is found.
_FIND = "SELECT id FROM ({looked_at}) AS looked_at WHERE is_sought LIMIT %s"


@dataclass(frozen=True, kw_only=True)
class Sought(Generic[Row]):
    """The `number` rows that are `wanted` among others, which an index gives in the ascending order of `order_by`.

    With an empty `wanted` all are. The last column of `order_by` must be unique, and none of them null.
    """

    among: QuerySet[Row]
    wanted: Q
    number: int
    order_by: Sequence[str]
    stretch: int = STRETCH


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a page begins, None is the beginning, and how many of the sought stand before it."""

    key: Cursor | None
    passed: int

    @property
    def is_backwards(self) -> bool:
        return self.key is not None and self.key.is_backwards


def page_of_sought(sought: Sought[Row], *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Row]:
    """The page at `cursor` ("" is the first): what was found in its stretch, up to `size` rows.

    It may hold few rows, or none, and still have a next one, where the search goes on. A cursor that is broken or
    belongs to another order gives the first page.
    """
    if not sought.number:
        return Page(rows=(), next_cursor="", previous_cursor="")
    place = _read(cursor, sought)
    rows = in_order(sought.among, sought.order_by, is_descending=place.is_backwards, after=place.key)
    # The first page alone knows how many are left: meanwhile some may have left the list.
    found = _found(sought, rows, most=size + 1 if place.key else min(size + 1, sought.number))
    shown = found[:size]
    passed = max(place.passed + (-len(shown) if place.is_backwards else len(shown)), 0)
    begins = shown[0] if shown else _row_at(sought, rows, 0)
    if len(found) > size:
        ends: Row | None = shown[-1]
    else:
        has_all = passed == (0 if place.is_backwards else sought.number)
        ends = None if has_all else _row_at(sought, rows, sought.stretch - 1)
    onward = _write(ends, sought, passed, is_backwards=place.is_backwards)
    has_more_behind = place.is_backwards or place.passed > 0
    back = _write(begins, sought, place.passed, is_backwards=not place.is_backwards) if has_more_behind else ""
    if place.is_backwards:
        return Page(rows=shown[::-1], next_cursor=back, previous_cursor=onward)
    return Page(rows=shown, next_cursor=onward, previous_cursor=back)


def _found(sought: Sought[Row], rows: QuerySet[Row], *, most: int) -> list[Row]:
    """The first `most` of the sought within a stretch of `rows`."""
    if not sought.wanted:
        return list(rows[:most])
    looked_at = rows.annotate(is_sought=sought.wanted).values("id", "is_sought")[: sought.stretch]
    query, parameters = looked_at.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(looked_at=query), [*parameters, most])
        ids = [pk for (pk,) in cursor.fetchall()]
    found = sought.among.in_bulk(ids)
    # What has left meanwhile is not in the list any more.
    return [found[pk] for pk in ids if pk in found]


def _row_at(sought: Sought[Row], rows: QuerySet[Row], number: int) -> Row | None:
    """The columns of the order of the row with this number; None where there are fewer."""
    values = rows.values_list(*sought.order_by)[number : number + 1].first()
    return sought.among.model(**dict(zip(sought.order_by, values, strict=True))) if values else None


def _write(row: Row | None, sought: Sought[Row], passed: int, *, is_backwards: bool) -> str:
    return f"{passed}.{Cursor.write(row, sought.order_by, is_backwards=is_backwards)}" if row else ""


def _read(cursor: str, sought: Sought[Row]) -> _Place:
    passed, _dot, written = cursor.partition(".")
    key = Cursor.read(written, sought.among.model, sought.order_by)
    if key is None or not passed.isdecimal():
        return _Place(key=None, passed=0)
    return _Place(key=key, passed=int(passed))
