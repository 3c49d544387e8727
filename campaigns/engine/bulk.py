"""One statement for many rows: the engine writes batches, never row by row.

The values travel as arrays, one for each column, bound by the server and not written into the statement's text.
What is the same in all rows of a batch (a status, an instant) travels once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from channels.rows import run

# Values of these are what psycopg takes as they are; others are prepared by their field.
_PLAIN = (
    models.BigIntegerField,
    models.BooleanField,
    models.DateTimeField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.UUIDField,
)


@dataclass(frozen=True, slots=True)
class _Column:
    """The values of one column in all rows, or (`is_constant`) the one that all of them have."""

    name: str
    db_type: str
    values: Any
    is_constant: bool

    @property
    def placeholder(self) -> str:
        return f"%s::{self.db_type}" if self.is_constant else f"%s::{self.db_type}[]"

    @property
    def source(self) -> str:
        """Where a statement that reads `_unnested` finds the value."""
        return self.placeholder if self.is_constant else f'v."{self.name}"'


def update_rows(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the attributes called `names` of saved `rows`.

    One UPDATE from unnested arrays, in the order of ids as every batch of the engine takes its locks.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: row.pk)
    fields = _fields(model)
    ids = _Column("id", "bigint", [row.pk for row in ordered], is_constant=False)
    columns = [_column(fields[name], [getattr(row, name) for row in ordered]) for name in names]
    constant, varying = _parted(columns)
    assignments = ", ".join(f'"{column.name}" = {column.source}' for column in [*constant, *varying])
    read = [ids, *varying]
    # Only names of tables, columns and types of ours are in the text.
    statement = f'UPDATE "{_table(model)}" t SET {assignments} FROM {_unnested(read)} WHERE t.id = v.id'  # noqa: S608
    run(statement, [column.values for column in [*constant, *read]])


def insert_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert unsaved `rows`, in their order; the database gives them their ids.

    Values that a save would fill in (auto_now) have to be there.
    """
    if not rows:
        return
    fields = [field for field in _fields(model).values() if not field.primary_key]
    columns = [_column(field, [getattr(row, field.attname) for row in rows]) for field in fields]
    constant, varying = _parted(columns)
    places = _Column("place", "bigint", list(range(len(rows))), is_constant=False)
    read = [places, *varying]
    names = ", ".join(f'"{column.name}"' for column in [*constant, *varying])
    sources = ", ".join(column.source for column in [*constant, *varying])
    statement = f'INSERT INTO "{_table(model)}" ({names}) SELECT {sources} FROM {_unnested(read)} ORDER BY v.place'  # noqa: S608
    run(statement, [column.values for column in [*constant, *read]])


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001  its public API


def _fields(model: type[models.Model]) -> Mapping[str, "models.Field[Any, Any]"]:
    fields = model._meta.concrete_fields  # noqa: SLF001  its public API
    return {field.attname: field for field in fields if not field.generated}


def _column(field: "models.Field[Any, Any]", values: list[Any]) -> _Column:
    first = values[0]
    is_constant = all(value == first for value in values)
    prepared = _prepared(field, values[:1] if is_constant else values)
    return _Column(field.column, field.db_type(connection) or "", prepared[0] if is_constant else prepared, is_constant)


def _prepared(field: "models.Field[Any, Any]", values: Iterable[Any]) -> list[Any]:
    if isinstance(field, _PLAIN):
        return list(values)
    if isinstance(field, models.CharField | models.TextField):
        # A member of an enumeration is its value.
        return [value if value is None or type(value) is str else str(value) for value in values]
    return [field.get_db_prep_value(value, connection) for value in values]


def _parted(columns: Iterable[_Column]) -> tuple[list[_Column], list[_Column]]:
    constant = [column for column in columns if column.is_constant]
    return constant, [column for column in columns if not column.is_constant]


def _unnested(columns: Sequence[_Column]) -> str:
    arrays = ", ".join(column.placeholder for column in columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    return f"unnest({arrays}) AS v({names})"
