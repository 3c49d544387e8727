"""What PostgreSQL does about a worker that has fallen silent."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from campaigns.dead_peers import GIVE_UP_SILENCE

pytestmark = pytest.mark.django_db


def test_the_server_knows_every_setting_and_takes_it_from_whoever_connects() -> None:
    """On a Unix socket, as here, it shows 0 whatever was set; tests/hosts cuts a host off."""
    with psycopg.connect(settings.DATABASE_URL) as asked:
        asked.execute(GIVE_UP_SILENCE)
        named = [line.split()[1] for line in GIVE_UP_SILENCE.strip().splitlines()]
        rows = asked.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND context = 'user'", [named])
        assert {name for (name,) in rows} == set(named)


def test_a_new_connection_of_the_products_is_usable_with_them() -> None:
    fresh = connection.copy()
    try:
        with fresh.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        fresh.close()
