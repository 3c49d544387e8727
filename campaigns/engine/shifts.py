"""The shifts that one process works: each in a thread of its own, so that who only waits keeps nobody from working.

A worker runs few tasks at once. A sender whose vendor takes ten seconds to answer, or whose rate is low, would keep one
of them busy with waiting, and a second such sender the next one. So a task begins a shift, and is over when the shift
is, or begins to wait, or after a moment; the shift goes on in its thread.
"""

import logging
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Lock

from django.db import close_old_connections

logger = logging.getLogger(__name__)

# Each has a connection to the database.
MOST = 16
LENGTH = timedelta(seconds=20)
# After so long a shift shares its process with what else is to be done: timers do not wait until a campaign has left.
ALONE = timedelta(seconds=1)
# Who is at something already lets the next one who is woken for it be another process.
ELSEWHERE = timedelta(seconds=0.25)


class Shift:
    """A time of work: it is over after `length`, or when `end` is called.

    Whoever works it calls `wait` when there is nothing to do but to wait.
    """

    def __init__(self, length: timedelta = LENGTH) -> None:
        self._ends_at = time.monotonic() + length.total_seconds()
        self.waits = Event()

    @property
    def is_over(self) -> bool:
        """Whether no more work is to be begun."""
        return time.monotonic() > self._ends_at

    def wait(self) -> None:
        """From now on nobody needs to wait for this shift."""
        self.waits.set()

    def end(self) -> None:
        """Begin no more work; what is under way is finished."""
        self._ends_at = float("-inf")


class Shifts:
    """The shifts under way in this process, `most` at once."""

    def __init__(self, most: int = MOST) -> None:
        self._pool = ThreadPoolExecutor(max_workers=most, thread_name_prefix="shift")
        self._running: dict[Hashable, Shift] = {}
        self._lock = Lock()

    def begin(self, key: Hashable, work: Callable[[Shift], None]) -> Shift | None:
        """Do `work` in a thread; None where this process is at the work called `key` already.

        Where all threads are taken it begins when one is free. Its errors are logged.
        """
        with self._lock:
            if key in self._running:
                return None
            shift = self._running[key] = Shift()
        self._pool.submit(self._run, key, work, shift)
        return shift

    def run(self, key: Hashable, work: Callable[[Shift], None]) -> None:
        """Do `work` as `begin` does, and return when it is done or only waits, and after ALONE in any case.

        Where this process is at it already it stays away from the queue for ELSEWHERE.
        """
        shift = self.begin(key, work)
        if shift:
            shift.waits.wait(ALONE.total_seconds())
        elif (running := self._running.get(key)) is not None:
            running.waits.wait(ELSEWHERE.total_seconds())

    def end(self) -> None:
        """End all shifts, and wait until what they had under way is finished."""
        with self._lock:
            for shift in self._running.values():
                shift.end()
        self._pool.shutdown()

    def _run(self, key: Hashable, work: Callable[[Shift], None], shift: Shift) -> None:
        try:
            close_old_connections()
            work(shift)
        except Exception:
            logger.exception("the shift %s broke off", key)
            close_old_connections()
        finally:
            with self._lock:
                del self._running[key]
            shift.wait()
