"""Events find their attempts, a batch at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from campaigns.engine import clock
from campaigns.engine.matching import Told, match
from campaigns.models import Attempt
from channels.events import Event, EventType
from tests.campaigns.attempts import make_attempt
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_however_many_events_there_are_the_clock_is_asked_once(settings: Settings) -> None:
    settings.CLOCK_MAY_MOVE = True
    clock.run_at(shown_at=NOON, speed=60)
    real_at = clock.read().real_at
    attempts = [make_attempt() for _ in range(3)]
    told = [
        Told(
            event=Event(
                type=EventType.DELIVERED, reference=attempt.key.hex, occurred_at=real_at + timedelta(seconds=after)
            ),
            account=attempt.account,
            inbound_request_id=1,
        )
        for after, attempt in enumerate(attempts)
    ]

    with CaptureQueriesContext(connection) as queries:
        happenings, unknown = match(told, now=NOON + timedelta(hours=1))

    assert (len(queries), unknown) == (2, [])
    assert [one.occurred_at for one in happenings] == [NOON + timedelta(minutes=after) for after in range(3)]


def test_however_many_replies_name_only_an_address_attempts_are_asked_once() -> None:
    """Each is about the latest attempt of its account to the address."""
    attempts = [make_attempt() for _ in range(3)]
    earlier = attempts[0]
    latest = make_attempt(campaign=earlier.campaign)
    Attempt.objects.filter(pk=latest.pk).update(
        address_hash=earlier.address_hash,
        account=earlier.account,
        sending_at=NOON + timedelta(minutes=5),
        entry_key="2",
    )
    values = [attempt.address.value for attempt in attempts if attempt.address]
    told = [
        Told(event=Event(type=EventType.REPLIED, address=value), account=attempt.account, inbound_request_id=1)
        for attempt, value in zip(attempts, values, strict=True)
    ]
    strange = Told(event=told[0].event, account=attempts[1].account, inbound_request_id=1)

    with CaptureQueriesContext(connection) as queries:
        happenings, unknown = match([*told, strange], now=NOON + timedelta(hours=1))

    assert len([query for query in queries if "campaigns_attempt" in query["sql"]]) == 1
    assert [one.attempt_id for one in happenings] == [latest.pk, attempts[1].pk, attempts[2].pk]
    assert unknown == [strange]
