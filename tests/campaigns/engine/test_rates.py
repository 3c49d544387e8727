"""A sender's rate, shared by all who send for it: counted by the database's clock, not by the machine's speed."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.engine import clock, rates
from channels.models import Sender, SenderState
from tests.factories import make_sender

pytestmark = pytest.mark.django_db(transaction=True)

RATE = 100
WORKERS = 3
ROUNDS = 40


def test_workers_together_never_get_more_than_the_rate_allows() -> None:
    sender = make_sender(rate_per_second=RATE)
    began_at = clock.real_now()
    granted: list[int] = []

    def take_often() -> None:
        try:
            granted.extend(rates.take(sender, 7).number for _ in range(ROUNDS))
        finally:
            connection.close()

    workers = [threading.Thread(target=take_often) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    elapsed = (clock.real_now() - began_at).total_seconds()
    left = SenderState.objects.get(sender=sender).tokens
    assert len(granted) == WORKERS * ROUNDS
    assert sum(granted) + left <= RATE * (rates.SAVED_S + elapsed)


def test_nothing_is_lost_of_the_rate_by_those_who_come_often_enough() -> None:
    sender = make_sender(rate_per_second=RATE)
    rates.take(sender, RATE)
    granted = 0
    for _ in range(10):
        let_pass(sender, rates.SAVED_S * 0.9)
        granted += rates.take(sender, RATE).number
    assert granted >= int(RATE * rates.SAVED_S * 0.9) * 10


def let_pass(sender: Sender, seconds: float) -> None:
    """So much real time has gone by for the sender's bucket."""
    state = SenderState.objects.get(sender=sender)
    state.tokens_at -= timedelta(seconds=seconds)
    state.save(update_fields=["tokens_at"])
