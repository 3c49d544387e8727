"""One statement for many rows: the engine writes batches, never row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def update_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the columns of `rows` (each a mapping with "id" and the same other attribute names), sorted by id.

    One UPDATE from unnested arrays, in the order of ids as every batch of the engine takes its locks.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: row["id"])
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001  its public API
    fields = [by_attribute[name] for name in ordered[0]]
    columns = [field.column for field in fields]
    assignments = ", ".join(f'"{column}" = v."{column}"' for column in columns if column != "id")
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    names = ", ".join(f'"{column}"' for column in columns)
    values = [[_prepared(field, row[field.attname]) for row in ordered] for field in fields]
    table = model._meta.db_table  # noqa: SLF001  its public API
    # Only names of tables, columns and types of ours are in the text.
    statement = f'UPDATE "{table}" t SET {assignments} FROM unnest({arrays}) AS v({names}) WHERE t.id = v.id'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _prepared(field: "models.Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_value(value, connection)
