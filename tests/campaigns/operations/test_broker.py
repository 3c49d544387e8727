"""What waits in the broker: in the queue that comes along, in another that kombu speaks to, in one that is away."""

from collections.abc import Callable, Iterator

import pytest
from celery import current_app
from pytest_django import Settings

from campaigns.operations.broker import QUEUES, read_broker
from cascade_site import supervisor
from tests.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def use_broker(settings: Settings) -> Iterator[Callable[[str], None]]:
    """`use_broker(url)`: a broker that is not the product's database."""
    conf = current_app.conf
    before = {"broker_read_url": conf.broker_read_url, "broker_transport_options": conf.broker_transport_options}

    def use(url: str) -> None:
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
        conf.update(broker_read_url=url, broker_transport_options={})

    yield use
    conf.update(before)


EMPTY = dict.fromkeys(QUEUES, (0, False))


def test_every_queue_that_has_a_worker_is_looked_at() -> None:
    assert set(QUEUES) == set(supervisor.QUEUES)


def by_name() -> dict[str, tuple[int, bool]]:
    """Depth of each queue, and whether its oldest task's age is told."""
    return {queue.name: (queue.depth, queue.oldest is not None) for queue in read_broker().queues}


def test_the_queue_that_comes_along_tells_depth_and_age() -> None:
    with current_app.connection_for_write() as asked:
        for name in QUEUES:
            asked.SimpleQueue(name).clear()
        for _ in range(3):
            asked.SimpleQueue("engine").put({})
        assert by_name() == EMPTY | {"engine": (3, True)}
        asked.SimpleQueue("engine").clear()
    assert by_name()["engine"] == (0, False)


def test_any_other_broker_tells_depth(use_broker: Callable[[str], None]) -> None:
    use_broker("memory://")
    with current_app.connection_for_read() as asked:
        asked.SimpleQueue("bulk").put({})
        assert by_name() == EMPTY | {"bulk": (1, False)}
        asked.SimpleQueue("bulk").clear()


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_said_and_keeps_nobody_waiting(use_broker: Callable[[str], None], scheme: str) -> None:
    use_broker(f"{scheme}://127.0.0.1:{free_port()}//")
    broker = read_broker()
    assert broker.queues == ()
    assert "refused" in broker.error
