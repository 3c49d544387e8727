"""All processes of the product together: watched in one loop, stopped in one order."""

import selectors
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from cascade_site.children import Child, Program, end_leftovers, kill_group, launch, remember

# A Celery worker finishes the batch it is at; what takes longer is repeated by design.
GRACE_S = 5.0
FOUNDATION_GRACE_S = 30.0
GLANCE_S = 0.1


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, or asked this process to end."""


class Crew:
    """The children of one supervisor. Nothing happens by itself: the owner calls `watch`.

    Use it as a context manager: on leaving, every child has ended.
    """

    def __init__(self, *, log_dir: Path, record: Path, tell: Callable[[str], None]) -> None:
        self.log_dir = log_dir
        self.record = record
        self.tell = tell
        self.children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._stop_requests = 0

    def __enter__(self) -> "Crew":
        self.log_dir.mkdir(parents=True, exist_ok=True)
        end_leftovers(self.record)
        self._handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        if self._handlers[signal.SIGHUP] is signal.SIG_IGN:  # nohup has it ignored, and so it stays
            del self._handlers[signal.SIGHUP]
        for number in self._handlers:
            signal.signal(number, self._note_request)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(self, program: Program, *, environment: Mapping[str, str]) -> Child:
        """Start a program and keep it running from now on."""
        child = Child(program, log_dir=self.log_dir, environment=environment, tell=self.tell)
        self.children.append(child)
        self._listen(child)
        return child

    def watch(self, until: Callable[[], bool]) -> None:
        """Look after the children until `until()` is true. Raises StopRequested."""
        while not until():
            if self._stop_requests:
                raise StopRequested
            self._glance()

    def run_to_end(self, program: Program, *, environment: Mapping[str, str]) -> tuple[int, str]:
        """Run a program once while the children are looked after: its exit code and what it wrote, which is logged too.

        Raises StopRequested; the program has ended then.
        """
        log_path = self.log_dir / f"{program.name}.log"
        with log_path.open("wb") as log:
            process = launch(program, environment=environment, output=log)
        try:
            self.watch(lambda: process.poll() is not None)
        finally:
            kill_group(process)
            process.wait()
        return process.returncode, log_path.read_text(errors="replace")

    def _note_request(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    def _listen(self, child: Child) -> None:
        self._selector.register(child.output, selectors.EVENT_READ, child)
        remember(self.record, self.children)

    def _glance(self) -> None:
        self._read(GLANCE_S)
        now = time.monotonic()
        for child in self.children:
            if child.is_due(now):
                self._forget(child)
                child.start_again()
                self._listen(child)

    def _read(self, timeout_s: float) -> None:
        for key, _events in self._selector.select(timeout_s):
            if not key.data.read():
                self._selector.unregister(key.fileobj)

    def _forget(self, child: Child) -> None:
        if child.output in self._selector.get_map():
            self._selector.unregister(child.output)

    def _stop(self) -> None:
        """Stop everybody together, and after them what they stand on."""
        requests_before = self._stop_requests
        for is_foundation, grace_s in ((False, GRACE_S), (True, FOUNDATION_GRACE_S)):
            ending = [child for child in self.children if child.program.is_foundation == is_foundation]
            self._end(ending, grace_s=grace_s, requests_before=requests_before)
        self._selector.close()
        self.record.unlink(missing_ok=True)

    def _end(self, ending: list[Child], *, grace_s: float, requests_before: int) -> None:
        for child in ending:
            child.ask_to_stop()
        deadline = time.monotonic() + grace_s
        while any(child.is_running() for child in ending) and time.monotonic() < deadline:
            if self._stop_requests > requests_before:
                break  # a second Ctrl-C means: now
            self._read(GLANCE_S)
        for child in ending:
            child.end()
