"""What the measurements read from the database by SQL of their own."""

from typing import Any

from django.db import connection


def selected(query: str, values: Any = None) -> list[tuple[Any, ...]]:
    """All rows of `query`, whose parameters are `values`."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
