"""Who is at work: each process of the product writes a sign of life, and looks whether all is well with the others.

In a thread of its own, so that neither a long task nor a broker that is away keeps it from being seen, and with a
connection that is closed at once. As long as any process lives, somebody notices what is wrong.
"""

import atexit
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from celery.signals import beat_init, worker_ready, worker_shutdown
from django.db import connection

from campaigns.engine import clock
from campaigns.models import Pulse

EVERY = timedelta(seconds=10)
# Who has not been seen for so long is dead, or cut off from the database.
ALIVE = timedelta(seconds=60)
# The dead are forgotten after this.
KEPT = timedelta(minutes=15)

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Heart:
    """The thread of one process that writes its pulse; `look` is what it does besides, at each beat."""

    kind: Pulse.Kind
    look: Callable[[], object]
    queues: Sequence[str] = ()
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    _ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Beat until `stop`, or until the process ends."""
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Beat no more, and take the pulse away: this process ends as it should."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(timeout=EVERY.total_seconds())
        _quietly(lambda: Pulse.objects.filter(pk=self.id).delete())

    def _run(self) -> None:
        while not self._ended.is_set():
            _quietly(self.beat)
            _quietly(self.look)
            self._ended.wait(EVERY.total_seconds())

    def beat(self) -> None:
        """Write one sign of life."""
        now = clock.real_now()
        Pulse.objects.update_or_create(
            pk=self.id,
            defaults={"seen_at": now},
            create_defaults={
                "kind": self.kind,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "queues": sorted(self.queues),
                "started_at": now,
                "seen_at": now,
            },
        )


def _quietly(act: Callable[[], object]) -> None:
    """A database that is away for a while must not end the thread."""
    try:
        act()
    except Exception as error:  # noqa: BLE001  whatever it is, the next beat tries again
        logger.warning("The pulse misses a beat: %s", error)
    finally:
        connection.close()


def alive(now: datetime) -> list[Pulse]:
    """The processes that are at work at `now` (real time)."""
    return list(Pulse.objects.filter(seen_at__gt=now - ALIVE).order_by("kind", "host", "started_at"))


def forget_dead(now: datetime) -> None:
    """Delete the pulses of processes that ended without taking theirs away."""
    Pulse.objects.filter(seen_at__lt=now - KEPT).delete()


def show_pulses(look: Callable[[], object]) -> None:
    """Have the workers and beats that are started in this process beat, and `look` at each beat."""
    hearts: list[Heart] = []

    def begin(heart: Heart) -> None:
        heart.start()
        hearts.append(heart)

    def of_worker(sender: Any, **_signal: Any) -> None:
        queues = tuple(sender.app.amqp.queues.consume_from)
        begin(Heart(kind=Pulse.Kind.WORKER, look=look, queues=queues))

    def of_beat(**_signal: Any) -> None:
        begin(Heart(kind=Pulse.Kind.BEAT, look=look))

    def end(**_signal: Any) -> None:
        for heart in hearts:
            heart.stop()

    worker_ready.connect(of_worker, weak=False)
    beat_init.connect(of_beat, weak=False)
    worker_shutdown.connect(end, weak=False)
