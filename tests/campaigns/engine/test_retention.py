"""What came back is forgotten after its time, and not before."""

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection

from campaigns.engine import clock, retention
from campaigns.models import Hit
from channels.models import InboundRequest
from tests.campaigns.attempts import make_attempt

pytestmark = pytest.mark.django_db

OLD = "channels_inboundrequest_20200106"
# Within the partition above.
THEN = "2020-01-07 12:00+00"


def make_hit(*, ago: timedelta, is_machine: bool | None = False) -> Hit:
    """A hit so long ago, decided unless told otherwise."""
    at = clock.now() - ago
    return Hit.objects.create(
        kind=Hit.Kind.OPEN, attempt=make_attempt(), at=at, decide_at=at, method="GET", is_machine=is_machine
    )


def store_inbound(received_at: str | datetime, *, state: str) -> None:
    """A webhook as it came, in the partition of its time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_inboundrequest (received_at, account_id, method, path, body, state)"
            " VALUES (%s, 1, 'POST', '/', '', %s)",
            [received_at, state],
        )


@pytest.fixture
def _old_partition() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {OLD} PARTITION OF channels_inboundrequest"
            " FOR VALUES FROM ('2020-01-06 00:00+00') TO ('2020-01-13 00:00+00')"
        )


def test_hits_are_deleted_after_their_time_batch_by_batch(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    settings.HITS_KEPT = timedelta(days=10)
    for _ in range(5):
        make_hit(ago=timedelta(days=11))
    undecided = make_hit(ago=timedelta(days=11), is_machine=None)
    fresh = make_hit(ago=timedelta(days=9))
    assert retention.forget_hits() == 5
    assert set(Hit.objects.values_list("pk", flat=True)) == {undecided.pk, fresh.pk}
    assert retention.forget_hits() == 0


@pytest.mark.usefixtures("_old_partition")
def test_a_partition_of_webhooks_is_dropped_when_its_time_is_over() -> None:
    store_inbound(THEN, state="done")
    store_inbound(clock.real_now(), state="done")
    assert retention.drop_inbound() == [OLD]
    assert InboundRequest.objects.count() == 1
    assert retention.drop_inbound() == []


@pytest.mark.usefixtures("_old_partition")
def test_a_webhook_that_nobody_has_read_keeps_its_partition() -> None:
    store_inbound(THEN, state="waiting")
    assert retention.drop_inbound() == []
    assert InboundRequest.objects.count() == 1
