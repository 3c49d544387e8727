"""Instants read from the database: the same as with Django's own loader, and compiled."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection
from psycopg.pq import Format

from campaigns.instants import TIMESTAMPTZ

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "instant", [datetime(2026, 2, 11, 12, 0, 0, 123456, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC)]
)
def test_an_instant_comes_back_as_it_was(instant: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz", [instant])
        found, nothing = cursor.fetchone()
    assert (found, found.isoformat(), found.utcoffset()) == (instant, instant.isoformat(), instant.utcoffset())
    assert nothing is None


def test_the_loader_is_psycopgs_compiled_one() -> None:
    connection.ensure_connection()
    registered = connection.connection.adapters.get_loader(TIMESTAMPTZ, Format.TEXT)
    compiled = psycopg.adapters.get_loader(TIMESTAMPTZ, Format.TEXT)
    assert compiled.__module__ == "psycopg_binary._psycopg"
    assert type(registered(TIMESTAMPTZ, connection.connection)) is compiled
    assert registered.timezone == connection.timezone
