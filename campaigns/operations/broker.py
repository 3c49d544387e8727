"""What waits in Celery's queues, whatever the broker is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from campaigns.operations.publishing import age_of

# The queues of settings.CELERY_TASK_ROUTES, in the order in which work comes through them.
QUEUES = ("tick", "urgent", "track", "engine", "bulk")
# Seconds until a broker that does not answer is taken for away: somebody waits for the page.
PATIENCE = 2
# What brokers raise when they know no queue of that name, because nobody has used it yet.
UNKNOWN_QUEUE = "404"


@dataclass(frozen=True, kw_only=True)
class TaskQueue:
    """One queue: how many tasks wait in it, and how old the oldest is (None where the broker does not tell)."""

    name: str
    depth: int = 0
    oldest: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The broker's queues, or without an answer what it said instead; `tells_age` if it shows its tasks untaken."""

    queues: tuple[TaskQueue, ...]
    tells_age: bool = True
    error: str = ""


def read_broker() -> Broker:
    """Ask the broker. Raises nothing: one that is away is what the reader wants to know."""
    ask = _ask_database if "conn_string" in settings.CELERY_BROKER_TRANSPORT_OPTIONS else _ask_broker
    try:
        return ask(QUEUES)
    except (DatabaseError, OperationalError, OSError, *current_app.connection_for_read().connection_errors) as error:
        return Broker(queues=(), error=f"{type(error).__name__}: {error}".splitlines()[0])


def _ask_database(names: Sequence[str]) -> Broker:
    """The queue in the product's own database also knows when each task came."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT queue_name, queue_length, oldest_msg_age_sec FROM pgmq.metrics_all()")
        found = {
            name: TaskQueue(name=name, depth=depth, oldest=None if age is None else timedelta(seconds=age))
            for name, depth, age in cursor.fetchall()
        }
    return Broker(queues=tuple(found.get(name, TaskQueue(name=name)) for name in names))


def _ask_broker(names: Sequence[str]) -> Broker:
    """Redis shows the oldest task as it lies; RabbitMQ would have to give it out, and drops what it gives out often."""
    timeouts = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    with current_app.connection_for_read(connect_timeout=PATIENCE, transport_options=timeouts) as asked:
        asked.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
        is_redis = asked.transport.driver_type == "redis"
        queues = tuple(
            TaskQueue(name=name, depth=_depth(asked, name), oldest=_oldest_in_redis(asked, name) if is_redis else None)
            for name in names
        )
        return Broker(queues=queues, tells_age=is_redis)


def _depth(asked: Connection, name: str) -> int:
    channel = asked.channel()
    try:
        depth: int = channel.queue_declare(queue=name, passive=True).message_count
    except Exception as error:
        if str(getattr(error, "reply_code", "")) != UNKNOWN_QUEUE:
            raise
        return 0
    finally:
        channel.close()
    return depth


def _oldest_in_redis(asked: Connection, name: str) -> timedelta | None:
    """A queue is a list, whose last task is taken first."""
    with asked.channel() as channel, channel.conn_or_acquire() as client:
        oldest = client.lindex(name, -1)
    return age_of(json.loads(oldest)["headers"]) if oldest else None
