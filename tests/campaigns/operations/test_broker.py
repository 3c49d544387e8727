"""What waits in the broker: in the queue that comes along, in another that kombu speaks to, in one that is away."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from celery import current_app
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from campaigns.engine.wake import ADVANCE, TRACK
from campaigns.operations.broker import QUEUES, read_broker
from campaigns.operations.metrics import expose
from campaigns.permissions import Role
from cascade_site import supervisor
from tests.campaigns.operations.brokers import broker_at
from tests.campaigns.signing_in import signed_in
from tests.ports import free_port, wait_for_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def use_broker(settings: Settings) -> Iterator[Callable[[str], None]]:
    """`use_broker(url)`: a broker that is not the product's database."""
    with ExitStack() as until_the_end:
        yield lambda url: until_the_end.enter_context(broker_at(url, settings))


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of this test's own. It is one of the brokers that one may choose: a machine need not have it."""
    if not (program := shutil.which("redis-server")):
        pytest.skip("there is no redis-server: Debian's package redis-server brings it")
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    with subprocess.Popen([program, "--port", str(port), *options], stdout=subprocess.DEVNULL) as server:
        try:
            wait_for_port(port, patience_s=60)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


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


def test_redis_tells_depth_and_the_age_of_the_oldest_task(use_broker: Callable[[str], None], redis_url: str) -> None:
    use_broker(redis_url)
    assert by_name() == EMPTY
    hour = timedelta(hours=1)
    with time_machine.travel(timezone.now() - hour):
        publish(TRACK)
    publish(TRACK)
    publish(ADVANCE)
    broker = read_broker()
    assert (broker.error, broker.tells_age) == ("", True)
    assert by_name() == EMPTY | {"track": (2, True), "engine": (1, True)}
    ages = {queue.name: queue.oldest for queue in broker.queues if queue.oldest is not None}
    assert hour <= ages["track"] < 2 * hour
    assert ages["engine"] < hour
    assert told_ages() == {"track", "engine"}


def test_a_task_that_does_not_say_when_it_was_published_has_no_age(
    use_broker: Callable[[str], None], redis_url: str
) -> None:
    use_broker(redis_url)
    with current_app.connection_for_write() as asked:
        asked.SimpleQueue("bulk").put({})
    assert by_name() == EMPTY | {"bulk": (1, False)}


def test_any_other_broker_tells_depth_and_the_page_that_it_tells_no_age(use_broker: Callable[[str], None]) -> None:
    silent = "This broker does not tell how old its tasks are."
    assert silent not in page()
    use_broker("memory://")
    with current_app.connection_for_read() as asked:
        asked.SimpleQueue("bulk").put({})
        assert by_name() == EMPTY | {"bulk": (1, False)}
        assert silent in page()
        assert told_ages() == set()
        asked.SimpleQueue("bulk").clear()


def publish(task: str) -> None:
    """Publish `task` over a connection of its own: those in Celery's pool lead to the broker of before."""
    with current_app.connection_for_write() as connection:
        current_app.send_task(task, connection=connection)


def page() -> str:
    """The operations page."""
    return signed_in(Role.ADMIN).get(reverse("operations")).content.decode()


def told_ages() -> set[str]:
    """The queues whose oldest task the metrics tell of."""
    families = text_string_to_metric_families(expose().decode())
    return {
        sample.labels["queue"]
        for family in families
        for sample in family.samples
        if sample.name == "cascade_queue_oldest_seconds"
    }


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_said_and_keeps_nobody_waiting(use_broker: Callable[[str], None], scheme: str) -> None:
    use_broker(f"{scheme}://127.0.0.1:{free_port()}//")
    broker = read_broker()
    assert broker.queues == ()
    assert "refused" in broker.error
