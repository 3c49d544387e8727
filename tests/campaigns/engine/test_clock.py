"""The product's clock: real in production, movable in tests and the demo only."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from campaigns.engine import clock
from campaigns.models import EngineClock
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_without_a_row_the_time_is_real() -> None:
    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)
    assert clock.as_shown(NOON) == NOON


def test_it_cannot_be_moved_in_production(settings: LazySettings) -> None:
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(clock.ClockMayNotMove):
        clock.run_at(shown_at=NOON)
    assert not EngineClock.objects.exists()


def test_it_stands_still_and_is_moved(settings: LazySettings) -> None:
    settings.CLOCK_MAY_MOVE = True
    clock.run_at(shown_at=NOON, speed=0)
    assert clock.now() == NOON
    assert clock.shift(timedelta(hours=2)) == NOON + timedelta(hours=2)
    assert clock.now() == NOON + timedelta(hours=2)


def test_a_vendors_time_is_shown_as_the_products(settings: LazySettings) -> None:
    settings.CLOCK_MAY_MOVE = True
    clock.run_at(shown_at=NOON, speed=60)
    second_later = EngineClock.objects.get().real_at + timedelta(seconds=1)
    assert clock.as_shown(second_later) == NOON + timedelta(minutes=1)
