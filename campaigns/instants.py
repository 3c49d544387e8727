"""Instants from the database are read by psycopg's compiled loader: Django's own takes several times as long.

A batch of the engine reads some thirty of them for each message.
"""

from collections.abc import Callable
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.abc import AdaptContext
from psycopg.adapt import Loader
from psycopg.pq import Format

TIMESTAMPTZ = psycopg.adapters.types["timestamptz"].oid


def read_fast(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Have a new `connection` read instants with the compiled loader, in the connection's time zone.

    Django compares the loader's `timezone` with its own, and takes another loader where they differ.
    """
    found = psycopg.adapters.get_loader(TIMESTAMPTZ, Format.TEXT)
    if found is None:
        return
    compiled: Callable[[int, AdaptContext | None], Any] = found

    class InstantLoader(Loader):
        """Makes compiled loaders, which cannot be subclassed."""

        timezone = connection.timezone

        def __new__(cls, oid: int, context: AdaptContext | None = None) -> Any:
            return compiled(oid, context)

    connection.connection.adapters.register_loader("timestamptz", InstantLoader)
