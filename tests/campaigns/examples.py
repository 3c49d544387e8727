"""Examples that Hypothesis draws, each in a database that knows nothing of those before."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from hypothesis import HealthCheck, settings

in_the_database = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what an example wrote, so that the next one begins with nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
