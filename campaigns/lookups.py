"""`field__any=[…]`: the same as `field__in`, with all values in one parameter.

Of a long `__in` psycopg parses a statement with as many parameters, each time: a tenth of the time of sending.
"""

from collections.abc import Collection
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler

from channels.rows import array


class EqualsAny(Lookup):  # type: ignore[type-arg]  # generic in the stubs only
    """Whether the field equals one of a collection of plain values: of ids, not of objects."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """`column = ANY(array)`."""
        column, parameters = self.process_lhs(compiler, connection)
        values: Collection[Any] = self.rhs
        of_type = self.lhs.output_field.db_type(connection)
        written = array(values) if of_type == "bigint" else list(values)
        return f"{column} = ANY(%s::{of_type}[])", [*parameters, written]


def register_lookups() -> None:
    """Let every field be asked by `any`. A ForeignKey takes none over from Field."""
    Field.register_lookup(EqualsAny)
    ForeignKey.register_lookup(EqualsAny)
