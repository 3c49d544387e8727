"""What an alert advises can be done."""

import re

from django.conf import settings

from campaigns.engine.wake import TRACK
from campaigns.models import Alert, AlertKind
from campaigns.operations.words import word


def test_unread_webhooks_are_read_by_the_worker_that_the_advice_names() -> None:
    advice = word(Alert(kind=AlertKind.WEBHOOKS_STUCK)).advice
    assert re.findall(r"queue (\w+)", advice) == [settings.CELERY_TASK_ROUTES[TRACK]["queue"]]
