"""What a heartbeat does to a lease, and to one that nobody may keep any more."""

import uuid
from datetime import datetime, timedelta

import pytest

from campaigns.engine import clock, leases
from campaigns.models import Lease

pytestmark = pytest.mark.django_db


def lease(*, left: timedelta) -> uuid.UUID:
    """The token of a lease of nothing."""
    made = Lease.objects.create(token=uuid.uuid4(), until=clock.real_now() + left, messages=[])
    return made.token


def until(token: uuid.UUID) -> datetime:
    return Lease.objects.get(token=token).until


def test_a_heartbeat_shortens_no_lease() -> None:
    """A request may take longer than a lease is extended for."""
    token = lease(left=timedelta(minutes=5))
    before = until(token)
    leases.extend(token)
    assert until(token) == before


def test_no_heartbeat_revives_a_dead_lease() -> None:
    """Somebody may be freeing its messages just now."""
    token = lease(left=timedelta(seconds=-1))
    before = until(token)
    leases.extend(token)
    assert until(token) == before
