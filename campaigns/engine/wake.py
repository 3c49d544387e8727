"""Tells Celery that there is work. Nothing depends on it: the tick finds all work again."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)

ADVANCE = "campaigns.tasks.advance"
DELIVER = "campaigns.tasks.deliver"
TRACK = "campaigns.tasks.track"
ENROL_AUDIENCE = "campaigns.tasks.bulk_enrol_audience"
END_CANCELLED = "campaigns.tasks.bulk_end_cancelled"


def wake(task: str, *arguments: object) -> None:
    """Publish `task`; a broker that is away is logged and forgotten."""
    try:
        current_app.send_task(task, args=arguments, retry=False)
    except Exception as error:  # noqa: BLE001  each broker has errors of its own
        logger.warning("%s was not woken: %s", task, type(error).__name__)
