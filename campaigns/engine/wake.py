"""Tells Celery that there is work. Nothing depends on it: the tick finds all work again."""

import logging

from celery import current_app

from channels.pace import Pace

logger = logging.getLogger(__name__)

ADVANCE = "campaigns.tasks.advance"
DELIVER = "campaigns.tasks.deliver"
TRACK = "campaigns.tasks.track"
SEND_TESTS = "campaigns.tasks.send_tests"
URGENT = "campaigns.tasks.urgent"
ENROL_AUDIENCE = "campaigns.tasks.bulk_enrol_audience"
FORETELL = "campaigns.tasks.bulk_foretell"
# These look at everything that is due, whoever wakes them.
FREQUENT = frozenset({ADVANCE, DELIVER, TRACK, URGENT})
# In seconds.
MOMENT = 0.2
END_CANCELLED = "campaigns.tasks.bulk_end_cancelled"


_paces: dict[tuple[object, ...], Pace] = {}


def wake(task: str, *arguments: object) -> None:
    """Publish `task`; a broker that is away is logged and forgotten.

    The engine's own tasks look at everything that is due, so the same one is not published again within
    a moment; what comes between is found by the one under way, or by the next tick.
    """
    if task not in FREQUENT:
        _publish(task, arguments)
        return
    pace = _paces.setdefault((task, *arguments), Pace(seconds=MOMENT))
    pace.run(lambda: _publish(task, arguments))


def _publish(task: str, arguments: tuple[object, ...]) -> None:
    try:
        current_app.send_task(task, args=arguments, retry=False)
    except Exception as error:  # noqa: BLE001  each broker has errors of its own
        logger.warning("%s was not woken: %s", task, type(error).__name__)
