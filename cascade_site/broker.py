"""Celery's queue inside the product's database: pgmq's SQL, installed from its wheel without an extension."""

import psycopg
from pgmq.install import get_embedded_sql_version, install_pgmq_from_sql
from psycopg import sql

# Nothing is lost with the queue: the next tick finds the due rows again. So a newer version replaces it.
INSTALLED_BY_US = "installed by Cascade, version {}"


def install_queue(conninfo: str) -> None:
    """Make the schema `pgmq` in the database of a libpq connection string, or replace an older one of ours.

    A schema that somebody else made, with the real extension say, stays as it is.
    """
    wanted = INSTALLED_BY_US.format(get_embedded_sql_version())
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'pgmq'"
        ).fetchone()
        if row and (row[0] == wanted or not str(row[0]).startswith(INSTALLED_BY_US.format(""))):
            return
        connection.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
        install_pgmq_from_sql(conn=connection)
        connection.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(wanted))
