"""The connections that the live server still has: a request may outlast the browser that asked."""

from collections.abc import Callable
from socketserver import ThreadingMixIn
from threading import Lock
from typing import Any

import pytest

from tests.until import wait_until

PATIENCE_S = 60.0


class Answering:
    """Counts the connections of `server` that are `open`, each of which has a thread of its own, from now on."""

    def __init__(self, server: ThreadingMixIn, patch: pytest.MonkeyPatch) -> None:
        self._lock = Lock()
        self.open = 0
        # The server looks both up for each connection: where it is taken, and where it is served, in a thread.
        patch.setattr(server, "process_request", self._begins(server.process_request))
        patch.setattr(server, "process_request_thread", self._ends(server.process_request_thread))

    def wait_for_the_last(self) -> None:
        """Wait until everybody has been answered, so that nothing more is written. Raises AssertionError."""
        wait_until(lambda: not self.open, what="all connections closed", patience_s=PATIENCE_S, every_s=0.01)

    def _begins(self, take: Callable[..., None]) -> Callable[..., None]:
        def taken(*connection: Any) -> None:
            self._count(1)
            take(*connection)

        return taken

    def _ends(self, serve: Callable[..., None]) -> Callable[..., None]:
        def served(*connection: Any) -> None:
            try:
                serve(*connection)
            finally:
                self._count(-1)

        return served

    def _count(self, more: int) -> None:
        with self._lock:
            self.open += more
