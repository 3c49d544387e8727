"""Celery's queue inside the product's database: pgmq's SQL, installed from its wheel without an extension."""

import psycopg
from pgmq.install import get_embedded_sql_version, install_pgmq_from_sql
from psycopg import sql

# Nothing is lost with the queue: the next tick finds the due rows again. So a newer version replaces it.
_OURS = "installed by Cascade, "
INSTALLED_BY_US = f"{_OURS}version {{}}, told of one by one"
# Every process asks to be told of what comes to a queue as soon as it knows it, which drops the trigger that tells and
# makes it anew. Of two that did so at once one ended with "trigger already exists", and a worker with it. Now they wait
# for one another, and whoever finds it made leaves it.
_ONE_BY_ONE = """
ALTER FUNCTION pgmq.enable_notify_insert(text, integer) RENAME TO enable_notify_insert_alone;
CREATE FUNCTION pgmq.enable_notify_insert(queue_name text, throttle_interval_ms integer DEFAULT 250) RETURNS void AS $$
BEGIN
    PERFORM pgmq.acquire_queue_lock(queue_name);
    PERFORM FROM pgmq.notify_insert_throttle told
    WHERE told.queue_name = $1 AND told.throttle_interval_ms = $2;
    IF NOT FOUND THEN
        PERFORM pgmq.enable_notify_insert_alone(queue_name, throttle_interval_ms);
    END IF;
END;
$$ LANGUAGE plpgsql
"""


def install_queue(conninfo: str) -> None:
    """Make the schema `pgmq` in the database of a libpq connection string, or replace an older one of ours.

    A schema that somebody else made, with the real extension say, stays as it is.
    """
    wanted = INSTALLED_BY_US.format(get_embedded_sql_version())
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'pgmq'"
        ).fetchone()
        if row and (row[0] == wanted or not str(row[0]).startswith(_OURS)):
            return
        connection.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
        install_pgmq_from_sql(conn=connection)
        connection.execute(_ONE_BY_ONE)
        connection.execute(sql.SQL("COMMENT ON SCHEMA pgmq IS {}").format(wanted))
