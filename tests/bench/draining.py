"""What came back over HTTP, clicks and webhooks, until the workers have read it."""

from functools import partial

from tests import until
from tests.bench.selected import selected

BACKLOG = """
SELECT (SELECT count(*) FROM campaigns_hit WHERE is_machine IS NULL)
    + (SELECT count(*) FROM channels_inboundrequest WHERE state IN ('new', 'waiting'))
"""
# Drained long before, or there is something wrong.
wait_until = partial(until.wait_until, patience_s=600, every_s=0.2)


def left_to_drain() -> int:
    """How many have not been read yet."""
    count: int = selected(BACKLOG)[0][0]
    return count


def wait_until_drained() -> None:
    """Wait until all have been read."""
    wait_until(lambda: not left_to_drain(), what="the workers drain what came")
