"""The moment from which processes are at work: how long they take to start is not measured."""

from functools import partial

from campaigns.models import Pulse
from tests import until
from tests.bench.crew import Crew

wait_until = partial(until.wait_until, patience_s=600)


def wait_for_all(workers: Crew) -> None:
    """Wait until each of the processes has shown a sign of life."""
    wait_until(lambda: Pulse.objects.count() >= len(workers.running), what="all processes are at work")
