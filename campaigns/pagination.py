"""Pages of long lists by the key of the last row, so that the millionth page is as quick as the first."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors of its neighbours, empty where there is no more."""

    rows: Sequence[Row]
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Where a page begins: after the row with these values, or before it."""

    is_backwards: bool
    values: tuple[Any, ...]

    @classmethod
    def read(cls, cursor: str, model: type[Model], names: Sequence[str]) -> "Cursor | None":
        """What `write` has written for the columns `names`; None if it is broken or was written for others."""
        try:
            is_backwards, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            read = tuple(_value(_column(model, name), value) for name, value in zip(names, values, strict=True))
        except (ValueError, TypeError, OverflowError, ValidationError, binascii.Error):
            return None
        return cls(is_backwards=bool(is_backwards), values=read)

    @staticmethod
    def write(row: Model, names: Sequence[str], *, is_backwards: bool) -> str:
        """A cursor that leads to the page after `row`, or before it."""
        values = [_column(type(row), name).value_to_string(row) for name in names]
        return base64.urlsafe_b64encode(json.dumps([is_backwards, *values]).encode()).decode().rstrip("=")


def page_of(
    rows: QuerySet[Row], *, order_by: Sequence[str] = ("-id",), cursor: str = "", size: int = PAGE_SIZE
) -> Page[Row]:
    """The page of `rows` at `cursor` ("" is the first), `size` rows long.

    `order_by` names columns that are never null, all ascending or all descending ("-created_at", "-id"); the
    last one must be unique. A cursor that is broken or belongs to another order gives the first page.
    """
    names = [name.removeprefix("-") for name in order_by]
    is_descending = order_by[0].startswith("-")
    place = Cursor.read(cursor, rows.model, names)
    is_backwards = place is not None and place.is_backwards
    ordered = in_order(rows, names, is_descending=is_descending != is_backwards, after=place)
    found = list(ordered[: size + 1])
    has_more, shown = len(found) > size, found[:size]
    if is_backwards:
        shown.reverse()
    has_next, has_previous = (True, has_more) if is_backwards else (has_more, place is not None)
    return Page(
        rows=shown,
        next_cursor=Cursor.write(shown[-1], names, is_backwards=False) if shown and has_next else "",
        previous_cursor=Cursor.write(shown[0], names, is_backwards=True) if shown and has_previous else "",
    )


def in_order(rows: QuerySet[Row], names: Sequence[str], *, is_descending: bool, after: Cursor | None) -> QuerySet[Row]:
    """`rows` in the order of the columns `names`, those only that come after a place in it."""
    if after is not None:
        rows = rows.filter(_beyond(names, after.values, is_descending=is_descending))
    return rows.order_by(*(f"-{name}" if is_descending else name for name in names))


def _beyond(names: Sequence[str], values: Sequence[Any], *, is_descending: bool) -> Q:
    """Rows after `values`: (a, b) > (x, y), written so that an index on (a, b) is used."""
    beyond = "lt" if is_descending else "gt"
    cases = [
        Q(**dict(zip(names[:depth], values[:depth], strict=True)), **{f"{name}__{beyond}": values[depth]})
        for depth, name in enumerate(names)
    ]
    return Q(**{f"{names[0]}__{beyond}e": values[0]}) & reduce(or_, cases)


def _value(column: "Field[Any, Any]", written: Any) -> Any:
    """What a cursor says of `column`. Raises ValueError for what the database would not take."""
    value = column.to_python(written)
    is_too_long = isinstance(value, int) and value.bit_length() > 63
    if value is None or is_too_long or (isinstance(value, str) and not _is_text(value)):
        raise ValueError(f"{column.name} is never {written!r}")
    return value


def _is_text(value: str) -> bool:
    """Whether the database takes it: neither a zero nor half of a pair (JSON can write both)."""
    return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _column(model: type[Model], name: str) -> "Field[Any, Any]":
    column = model._meta.get_field(name)  # noqa: SLF001  # documented, for all its underscore
    if not isinstance(column, Field):
        raise TypeError(f"{name} is no column to sort by")
    return column
