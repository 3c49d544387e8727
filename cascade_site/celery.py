"""The Celery application. Tasks live in campaigns/tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_process_init
from django.db import close_old_connections

from campaigns.rubbish import look_for_rubbish_less
from cascade_site import redis_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cascade_site.settings")

redis_broker.register()
app = Celery("cascade")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def begin_process(**_signal: Any) -> None:
    """Prepare a process that works tasks, when everything is loaded."""
    look_for_rubbish_less()


def leave_dead_connections(**_signal: Any) -> None:
    """Let a task begin with a connection that works: PostgreSQL may have been restarted since the last one.

    Celery's fix-up would keep a dead one for CELERY_DB_REUSE_MAX tasks, each of which fails.
    """
    close_old_connections()


worker_process_init.connect(begin_process)
task_prerun.connect(leave_dead_connections)
