"""Shifts for tests: they leave no connection behind, which would keep the test's database from being dropped."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from django.db import connection

from campaigns.engine.shifts import Shift, Shifts


class TidyShifts(Shifts):
    """Shifts whose threads close their connections."""

    def wait_for_all(self) -> None:
        """Wait until what has begun is done, without ending it."""
        while self._running:
            time.sleep(0.02)

    def begin(self, key: Hashable, work: Callable[[Shift], None]) -> Shift | None:
        """As Shifts.begin."""

        def work_and_close(shift: Shift) -> None:
            try:
                work(shift)
            finally:
                connection.close()

        return super().begin(key, work_and_close)


@contextmanager
def tidy_shifts() -> Iterator[TidyShifts]:
    """Shifts that have ended when the block does."""
    shifts = TidyShifts()
    try:
        yield shifts
    finally:
        shifts.end()
