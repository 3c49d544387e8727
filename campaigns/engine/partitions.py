"""Partitions of events and inbound requests, made before their time comes."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection, transaction

# Table, unit and how many ahead; the same that the migrations began with.
PARTITIONED = (("campaigns_event", "month", 3), ("channels_inboundrequest", "week", 4))


def make_ahead() -> int:
    """Make the partitions that are missing; gives how many."""
    with connection.cursor() as cursor:
        made = 0
        for table, unit, ahead in PARTITIONED:
            cursor.execute("SELECT cascade_make_partitions(%s, %s, %s)", [table, unit, ahead])
            made += cursor.fetchone()[0]
    return made


@transaction.atomic
def make_since(since: datetime) -> int:
    """Make the partitions of events that are missing from the month of `since` (aware) until now; gives how many.

    For messages that are older than the installation, such as those of the demo's history.
    """
    made = 0
    with connection.cursor() as cursor:
        # Of several that make them, one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('cascade partitions', 0))")
        for starts, ends in _months(since.astimezone(UTC)):
            name = f"campaigns_event_{starts:%Y%m%d}"
            cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f"CREATE TABLE {name} PARTITION OF campaigns_event FOR VALUES FROM (%s) TO (%s)",
                    [starts, ends],
                )
                made += 1
    return made


def _months(since: datetime) -> Iterator[tuple[datetime, datetime]]:
    starts = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while starts < datetime.now(UTC):
        ends = starts.replace(year=starts.year + starts.month // 12, month=starts.month % 12 + 1)
        yield starts, ends
        starts = ends
