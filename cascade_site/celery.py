"""The Celery application. Tasks live in campaigns/tasks.py."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_process_init
from django.db import close_old_connections

from cascade_site import redis_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cascade_site.settings")

redis_broker.register()
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


def leave_dead_connections(**_signal: Any) -> None:
    """Let a task begin with a connection that works: PostgreSQL may have been restarted since the last one.

    Celery's fix-up would keep a dead one for CELERY_DB_REUSE_MAX tasks, each of which fails.
    """
    close_old_connections()


worker_process_init.connect(look_for_rubbish_less)
task_prerun.connect(leave_dead_connections)
