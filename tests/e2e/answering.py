"""The requests that the live server is answering: one may outlast the browser that asked."""

from threading import Lock, current_thread, main_thread

from django.core.signals import request_finished, request_started

from tests.until import wait_until

PATIENCE_S = 60.0


class Answering:
    """Counts the requests under way in the server's threads, from now on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way = 0
        request_started.connect(self._begins)
        request_finished.connect(self._ends)

    def wait_for_the_last(self) -> None:
        """Wait until everybody has been answered, so that nothing more is written. Raises AssertionError."""
        wait_until(lambda: not self._under_way, what="all requests answered", patience_s=PATIENCE_S, every_s=0.01)

    def _begins(self, **_signal: object) -> None:
        self._count(1)

    def _ends(self, **_signal: object) -> None:
        self._count(-1)

    def _count(self, more: int) -> None:
        # Django's test client asks from the main thread, without a server.
        if current_thread() is not main_thread():
            with self._lock:
                self._under_way += more
