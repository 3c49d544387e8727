"""Errands that are worth running now and then, but not for each of many occasions."""

import time
from collections.abc import Callable
from threading import Lock


class Pace:
    """Runs an errand every `seconds` at most, and less often the longer it takes.

    An errand that hangs on a dead broker may take a twentieth of the time, not all of it.
    """

    def __init__(self, *, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._next = 0.0
        self._lock = Lock()

    def run(self, errand: Callable[[], None]) -> bool:
        """Run `errand` unless it is too soon, or under way; gives whether it ran."""
        if self._now() < self._next or not self._lock.acquire(blocking=False):
            return False
        try:
            began = self._now()
            errand()
            self._next = self._now() + max(self._seconds, 20 * (self._now() - began))
        finally:
            self._lock.release()
        return True
