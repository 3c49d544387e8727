"""Forgets what nobody asks for any more: hits, test messages, and webhooks as they came. Their events stay."""

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from campaigns.engine import clock
from campaigns.models import TestSend
from channels.rows import run

# A statement deletes so many, so that it locks nothing for long.
BATCH = 5_000
# To drop a partition its table is locked for a moment: whoever stores webhooks must not wait behind somebody slow.
LOCK_PATIENCE = "2s"

# In the order of their ids, which is that of their arrival, so that no index is needed. One that is undecided stays.
DELETE_HITS = """
WITH oldest AS MATERIALIZED (
    SELECT id, at, is_machine FROM campaigns_hit WHERE id > %s ORDER BY id LIMIT %s
), deleted AS (
    DELETE FROM campaigns_hit WHERE id IN (SELECT id FROM oldest WHERE at < %s AND is_machine IS NOT NULL)
    RETURNING id
)
SELECT (SELECT max(id) FROM oldest), (SELECT max(at) FROM oldest), (SELECT count(*) FROM deleted)
"""

# The partitions that end before an instant; the bounds are read as PostgreSQL writes them.
ENDED = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'channels_inboundrequest'::regclass
AND substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \\('(.*)'\\)$$)::timestamptz <= %s
ORDER BY c.relname
"""


def forget_hits() -> int:
    """Delete the hits that came longer ago than settings.HITS_KEPT; gives how many there were."""
    before = clock.now() - settings.HITS_KEPT
    last_id = total = 0
    while True:
        ((seen_id, newest_at, count),) = run(DELETE_HITS, [last_id, BATCH, before])
        total += int(count)
        if seen_id is None or newest_at >= before:
            return total
        last_id = seen_id


def forget_tests() -> None:
    """Delete the tests that were sent longer ago than settings.INBOUND_KEPT; the links in them end."""
    TestSend.objects.filter(at__lt=clock.real_now() - settings.INBOUND_KEPT).delete()


def drop_inbound() -> list[str]:
    """Drop the partitions of webhooks that came longer ago than settings.INBOUND_KEPT; gives their names.

    One that holds a webhook which nobody has read yet stays, and so does what never had a partition of its own.
    """
    before = clock.real_now() - settings.INBOUND_KEPT
    return [name for (name,) in run(ENDED, [before]) if _drop(name)]


@transaction.atomic
def _drop(partition: str) -> bool:
    with connection.cursor() as cursor:
        unread = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE state IN ('new', 'waiting'))")
        cursor.execute(unread.format(sql.Identifier(partition)))
        if cursor.fetchone()[0]:
            return False
        cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_PATIENCE)))
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(partition)))
    return True
