"""How many workers may do the same thing at once, so that waking too often costs nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Processes that advance, that track, and that serve one sender, at the same time: two of each of four hosts.
PARALLEL = 8


@contextmanager
def turn(name: str, key: int = 0) -> Iterator[bool]:
    """Yields whether this worker may do `name` (for `key`) now; it is its turn until the block ends.

    A session lock of PostgreSQL: a worker that dies gives its turn back with its connection.
    """
    slot = next(
        (slot for slot in range(PARALLEL) if _call("pg_try_advisory_lock", name, key, slot)),
        None,
    )
    try:
        yield slot is not None
    finally:
        if slot is not None:
            _call("pg_advisory_unlock", name, key, slot)


def take_alone(name: str) -> bool:
    """Whether this worker alone may do `name` until the end of its transaction."""
    return _call("pg_try_advisory_xact_lock", name, 0, 0)


def _call(function: str, name: str, key: int, slot: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(hashtextextended(%s, 0))",
            [f"cascade {name} {key} {slot}"],
        )
        answer: bool = cursor.fetchone()[0]
    return answer
