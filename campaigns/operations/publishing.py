"""When a task was published: whoever publishes it writes that into its headers, because not every broker does."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery.signals import before_task_publish

# Seconds since 1970, by the clock of the host that published it.
_PUBLISHED_AT = "published_at"


def date_tasks() -> None:
    """Have every task that this process publishes say when that was."""
    before_task_publish.connect(_date, weak=False)


def _date(headers: dict[str, Any], **_signal: Any) -> None:
    headers[_PUBLISHED_AT] = time.time()


def age_of(headers: Mapping[str, Any]) -> timedelta | None:
    """How long ago the task with these headers was published; None where it does not say so."""
    published_at = headers.get(_PUBLISHED_AT)
    # Two hosts' clocks are never quite the same.
    return None if published_at is None else timedelta(seconds=max(time.time() - published_at, 0))
