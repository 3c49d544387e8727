"""Pages of rows that are sought among many others, from which no index tells them.

Each page looks through a stretch of the others and no further, so that it comes as soon where one in a million is
sought as where all are. How many there are is known beforehand: with the last of them the list has ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from django.db import connection
from django.db.models import Exists, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from campaigns.pagination import PAGE_SIZE, Cursor, Page, Row, in_order

# PostgreSQL takes row after row from the inner query, in its order, until enough is found. The last of a stretch comes
# along, where the search goes on.
_FIND = (
    "SELECT id, is_sought, place FROM (SELECT id, is_sought, row_number() OVER () AS place"
    " FROM ({looked_at}) AS looked_at) AS placed WHERE is_sought OR place = %s LIMIT %s"
)
# Of what a cursor says to have passed; Python reads no number of thousands of digits.
_MOST_DIGITS = 18
# The cursor of the end of a list, on whose last page there is nobody.
_END = "end"
# More than there can be: the list ends where the rows do.
UNKNOWN = 10**_MOST_DIGITS


@dataclass(frozen=True, kw_only=True)
class Sought(Generic[Row]):
    """The `number` rows that are `wanted` among others, which an index gives in the order of `order_by`.

    With an empty `wanted` all are. The last column of `order_by` must be unique, and none of them null. The order is
    ascending, or the other way round in all columns. Where nobody knows the number, give UNKNOWN.
    """

    among: QuerySet[Row]
    wanted: Q
    number: int
    order_by: Sequence[str]
    stretch: int
    is_descending: bool = False


@dataclass(frozen=True, kw_only=True)
class SoughtPage(Page[Row]):
    """What was found in a stretch. `goes_on_at` is where to look for the rest of the page; "" where nothing is missing.

    A page that `is_backwards` was come to from a later one: the rest of it stands before its rows. `passed` of the
    sought were seen up to its end.
    """

    is_backwards: bool
    goes_on_at: str
    passed: int


def page_of_sought(sought: Sought[Row], *, cursor: str = "", size: int = PAGE_SIZE) -> SoughtPage[Row]:
    """The page at `cursor` ("" is the first): what was found in its stretch, up to `size` rows.

    It may hold few rows, or none, and still have a next one, where the search goes on. A cursor that is broken or
    belongs to another order gives the first page.
    """
    if sought.number <= 0:
        return SoughtPage(rows=(), next_cursor="", previous_cursor="", is_backwards=False, goes_on_at="", passed=0)
    look = _Look(sought, _read(cursor, sought), size)
    onward, back, is_backwards = look.onward(), look.back(), look.place.is_backwards
    return SoughtPage(
        rows=look.shown[::-1] if is_backwards else look.shown,
        next_cursor=back if is_backwards else onward,
        previous_cursor=onward if is_backwards else back,
        is_backwards=is_backwards,
        goes_on_at=onward if len(look.shown) < size else "",
        passed=look.place.passed + (0 if is_backwards else len(look.shown)),
    )


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a page begins, without a key at the beginning, and how many of the sought stand before it."""

    key: Cursor | None
    passed: int
    # At the end of the list, from which there is only a way back.
    is_end: bool = False

    @property
    def is_backwards(self) -> bool:
        return self.is_end or (self.key is not None and self.key.is_backwards)


class _Look(Generic[Row]):
    """A stretch that was looked through, in either direction, and where its neighbours begin."""

    def __init__(self, sought: Sought[Row], place: _Place, size: int) -> None:
        self.place = place
        self._sought = sought
        is_descending = sought.is_descending != place.is_backwards
        self._rows = in_order(sought.among, sought.order_by, is_descending=is_descending, after=place.key)
        # Only for the first page is it sure how many are left: meanwhile some may have left the list.
        ids, end = _ids(sought, self._rows, most=size + 1 if place.key else min(size + 1, sought.number))
        reached = ids[size - 1] if len(ids) > size else end
        # They are read by their ids afterwards: with what is joined to them PostgreSQL may prefer to go through
        # everything. One that has changed meanwhile may no longer be among them.
        found = sought.among.in_bulk({*ids[:size], *([reached] if reached else [])})
        self.shown = [found[pk] for pk in ids[:size] if pk in found]
        self._is_full = len(ids) > size
        self._goes_on_after = self._reached(found, reached) if reached else None

    def onward(self) -> str:
        """The cursor of the next page in this direction; '' where the rows end, or all that were sought are shown."""
        passed = self.place.passed + (-len(self.shown) if self.place.is_backwards else len(self.shown))
        are_all_shown = not self._is_full and passed == (0 if self.place.is_backwards else self._sought.number)
        if self._goes_on_after is None or are_all_shown:
            return ""
        return self._cursor(self._goes_on_after, max(passed, 0), is_backwards=self.place.is_backwards)

    def _reached(self, found: Mapping[int, Row], pk: int) -> Row:
        """The last row of the page, also where it is not among the sought any more."""
        return found.get(pk) or QuerySet(self._sought.among.model).get(pk=pk)

    def back(self) -> str:
        """The cursor of the next page in the other direction; '' where nothing was found before this one."""
        if not self.place.passed and not self.place.is_backwards:
            return ""
        first = self.shown[0] if self.shown else self._first()
        if first:
            return self._cursor(first, self.place.passed, is_backwards=not self.place.is_backwards)
        return "" if self.place.is_backwards else f"{self.place.passed}.{_END}"

    def _first(self) -> Row | None:
        """The columns of the order of the first row, sought or not; None where there is none."""
        return next(iter(self._rows.select_related(None).only(*self._sought.order_by)[:1]), None)

    def _cursor(self, row: Row, passed: int, *, is_backwards: bool) -> str:
        return f"{passed}.{Cursor.write(row, self._sought.order_by, is_backwards=is_backwards)}"


def _read(cursor: str, sought: Sought[Row]) -> _Place:
    passed, _dot, written = cursor.partition(".")
    if written == _END and passed.isdecimal() and len(passed) <= _MOST_DIGITS:
        return _Place(key=None, passed=int(passed), is_end=True)
    key = Cursor.read(written, sought.among.model, sought.order_by)
    if key is None or not passed.isdecimal() or len(passed) > _MOST_DIGITS:
        return _Place(key=None, passed=0)
    return _Place(key=key, passed=int(passed))


def one_by_one(wanted: Q) -> Q:
    """`wanted` without EXISTS, for which PostgreSQL may gather all of a table, to look up some rows among them."""
    parts = [one_by_one(part) if isinstance(part, Q) else _looked_up(part) for part in wanted.children]
    return Q(*parts, _connector=wanted.connector, _negated=wanted.negated)


def _looked_up(condition: Any) -> Any:
    if not isinstance(condition, Exists):
        return condition
    query = condition.query.clone()
    query.clear_ordering(force=True)
    query.clear_select_clause()
    query.add_fields(["pk"])
    query.set_limits(high=1)
    return IsNull(Subquery(query), False)


def _ids(sought: Sought[Row], rows: QuerySet[Row], *, most: int) -> tuple[list[int], int | None]:
    """The first `most` of the sought within a stretch of `rows`, and the last of the stretch where it was reached."""
    if not sought.wanted:
        return list(rows.values_list("id", flat=True)[:most]), None
    looked_at = rows.annotate(is_sought=one_by_one(sought.wanted)).values("id", "is_sought")[: sought.stretch]
    query, parameters = looked_at.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(looked_at=query), [*parameters, sought.stretch, most])
        found = cursor.fetchall()
    ids = [pk for pk, is_sought, _place in found if is_sought]
    return ids, next((pk for pk, _is_sought, place in found if place == sought.stretch), None)
