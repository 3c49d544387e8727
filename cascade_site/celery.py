"""The Celery application. Tasks live in campaigns/tasks.py."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cascade_site.settings")

app = Celery("cascade")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# So many new objects before Python looks for rubbish: a batch of messages makes tens of thousands, and leaves none.
OBJECTS_BEFORE_A_LOOK = 50_000


def look_for_rubbish_less(**_signal: Any) -> None:
    """Leave what was loaded at the start out of Python's search for rubbish: it was a fifth of a worker's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_A_LOOK)


worker_process_init.connect(look_for_rubbish_less)
