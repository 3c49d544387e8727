"""Many new rows of a table in one COPY, the fastest way into PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb

# ruff: noqa: SLF001
# A model's _meta is documented, for all its underscore.


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows`, each the values of the attributes `names` of `model`, in order. Defaults are the caller's.

    Runs in the transaction that is open; constraints are checked as for any insert.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    json_places = [place for place, name in enumerate(names) if isinstance(fields[name], models.JSONField)]
    columns = ", ".join(f'"{fields[name].column}"' for name in names)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy,
    ):
        for row in rows:
            values = list(row)
            for place in json_places:
                values[place] = Jsonb(values[place])
            copy.write_row(values)


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys of `model`, for rows that other rows of the same batch point to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]
