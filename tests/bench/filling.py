"""Filling tables with millions of rows: their indexes are made afterwards, in a part of the time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# How each is dropped and made anew. The primary keys stay: they are written in their order anyway.
CONSTRAINTS = """
SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
    'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' '
        || pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'u' AND conrelid = ANY(%(tables)s::regclass[])
"""
# Of a partitioned table PostgreSQL tells the index of the parent ONLY, which would leave its partitions without.
INDEXES = """
SELECT 'DROP INDEX ' || indexrelid::regclass, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[])
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
"""


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Fill `tables` within the block; afterwards they are indexed, vacuumed and analysed.

    Meanwhile no transaction of this connection waits for the disk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        found: list[tuple[str, str]] = []
        for query in (CONSTRAINTS, INDEXES):
            cursor.execute(query, {"tables": list(tables)})
            found += cursor.fetchall()
        for drop, _make in found:
            cursor.execute(drop)
        yield
        for _drop, make in found:
            cursor.execute(make)
        cursor.execute(f"VACUUM ANALYZE {', '.join(tables)}")
        cursor.execute("RESET synchronous_commit")
