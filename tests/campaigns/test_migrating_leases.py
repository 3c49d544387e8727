"""An update while messages are on the wire: their leases come along, and back (docs/decisions/0009)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from campaigns.engine.attempt_keys import new_key
from campaigns.models import Lease, Message
from tests.factories import make_campaign, make_enrolment, make_message

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = ("campaigns", "0012_hits_unconstrained")


def migrate(*target: tuple[str, str]) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(list(target) or executor.loader.graph.leaf_nodes())


@pytest.fixture(autouse=True)
def _migrated_again() -> Iterator[None]:
    """Whatever happens, the next test finds the tables as they are now."""
    yield
    migrate()


def leases_before() -> dict[int, bool]:
    """Which messages had a lease of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, lease_until IS NOT NULL FROM campaigns_message")
        return dict(cursor.fetchall())


def test_the_leases_of_what_is_under_way_come_along_and_back() -> None:
    first, second, past = new_key(), new_key(), new_key()
    campaign = make_campaign()
    people = [make_enrolment(campaign=campaign) for _ in range(5)]
    claimed = make_message(enrolment=people[0], status="claimed", claim_token=first)
    sending = make_message(enrolment=people[1], status="sending", claim_token=first)
    other = make_message(enrolment=people[2], status="sending", claim_token=second)
    accepted = make_message(enrolment=people[3], status="accepted", claim_token=past)
    queued = make_message(enrolment=people[4], status="queued")
    until = timezone.now() + timedelta(minutes=1)
    for token, messages in ((first, [claimed.pk, sending.pk]), (second, [other.pk])):
        Lease.objects.create(token=token, until=until, messages=messages)

    migrate(BEFORE)
    assert leases_before() == {
        claimed.pk: True,
        sending.pk: True,
        other.pk: True,
        accepted.pk: False,
        queued.pk: False,
    }

    migrate()
    found = {lease.token.hex: (lease.until, sorted(lease.messages)) for lease in Lease.objects.all()}
    assert found == {first: (until, [claimed.pk, sending.pk]), second: (until, [other.pk])}
    assert list(Message.objects.filter(is_queued=True)) == [queued]
