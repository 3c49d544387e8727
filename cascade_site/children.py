"""One process of the product, kept running: started again when it dies, its lines kept in a log of its own."""

import ctypes
import json
import math
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from logging import LogRecord, makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any

import psutil

FOLDER = Path(__file__).resolve().parent.parent
LONGEST_PAUSE_S = 30.0
# Whoever ran this long has recovered: the next pause is the shortest again.
STEADY_AFTER_S = 60.0
LOG_BYTES = 10_000_000
LOGS_KEPT = 3
# More than this of one process in a minute is a flood; the log has it all.
CONSOLE_LINES_A_MINUTE = 10
IMPORTANT = re.compile(r"\b(ERROR|CRITICAL)\b")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run: its name in logs, its command, the user of the machine, how it is asked to stop.

    `important` are the lines that the console shows too. A foundation is stopped after all the others. One that
    `comes_to_an_end` is not started again once it has ended well.
    """

    name: str
    command: list[str | Path]
    folder: Path = FOLDER
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    important: re.Pattern[str] = IMPORTANT
    is_foundation: bool = False
    comes_to_an_end: bool = False


class Child:
    """A program that is kept running. Its owner reads its pipe, and starts it again when that is due."""

    process: subprocess.Popen[bytes]
    output: int  # the file descriptor of the pipe with the process's lines
    _started_at: float
    _start_at: float | None  # when a process that died is to be started again

    def __init__(
        self, program: Program, *, log_dir: Path, environment: Mapping[str, str], tell: Callable[[str], None]
    ) -> None:
        self.program = program
        self.environment = environment
        self.tell = tell
        self.log_path = log_dir / f"{program.name}.log"
        self.restarts = 0
        self._log = RotatingFileHandler(self.log_path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8")
        self._unfinished_line = b""
        self._shown: list[float] = []
        self._pause_s = 1.0
        self._start()

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process.poll() is None

    def is_due(self, now: float) -> bool:
        """Whether the process died and the pause before its next start is over; `now` is time.monotonic().

        The pause doubles while it keeps dying, up to half a minute.
        """
        if self.is_running():
            return False
        if self._start_at is None:
            self._start_at = self._note_death(now)
        return now >= self._start_at

    def start_again(self) -> None:
        """Start the program after its process died."""
        self.restarts += 1
        os.close(self.output)
        self._start()

    def read(self) -> bool:
        """Take what the process has written; whether more can come."""
        chunk = os.read(self.output, 65536)
        *lines, self._unfinished_line = (self._unfinished_line + chunk).split(b"\n")
        if not chunk and self._unfinished_line:
            lines, self._unfinished_line = [self._unfinished_line], b""
        for line in lines:
            self._record(line.decode(errors="replace"))
        return bool(chunk)

    def ask_to_stop(self) -> None:
        """Ask the process to end in its own good time."""
        if self.is_running():
            self.process.send_signal(self.program.stop_signal)

    def end(self) -> None:
        """End the process and what it started, whatever is left of them, and let go of its pipe and log."""
        if self._start_at is None:  # else its end was noticed, and its number may be another's by now
            kill_group(self.process)
            self.process.wait()
        os.close(self.output)
        self._log.close()

    def _start(self) -> None:
        self.output, written_by_child = os.pipe()
        self._started_at = time.monotonic()
        self._start_at = None
        self.process = launch(self.program, environment=self.environment, output=written_by_child)
        os.close(written_by_child)

    def _note_death(self, now: float) -> float:
        """Say that the process died; the moment of the next start."""
        kill_group(self.process)
        if self.program.comes_to_an_end and self.process.returncode == 0:
            return math.inf
        pause_s = 1.0 if now - self._started_at > STEADY_AFTER_S else self._pause_s
        self._pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        ended = _describe(self.process.returncode)
        self.tell(f"{self.program.name} {ended} and starts again in {pause_s:.0f} s ({self.log_path})")
        return now + pause_s

    def _record(self, line: str) -> None:
        self._log.emit(_record(f"{self.program.name} | {line}"))
        now = time.monotonic()
        self._shown = [shown for shown in self._shown if now - shown < 60]
        if self.program.important.search(line) and len(self._shown) < CONSOLE_LINES_A_MINUTE:
            self._shown.append(now)
            self.tell(f"{self.program.name} | {line}")


def launch(program: Program, *, environment: Mapping[str, str], output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program whose life hangs on this process; both its streams go to `output`."""
    return subprocess.Popen(
        program.command,
        cwd=program.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        # A group of its own: Ctrl-C in the terminal reaches the supervisor only, which ends all in order.
        process_group=0,
        preexec_fn=_tether(os.getpid(), program.stop_signal),  # noqa: PLW1509  the supervisor has no threads
        **run_as(program.user),
    )


def run_as(user: str | None) -> dict[str, Any]:
    """What makes subprocess run something as another user, with none of the groups of this one."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a launched process and of the processes it started."""
    # macOS says EPERM of a group in which only a zombie is left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_leftovers(record: Path) -> None:
    """End what a supervisor that was killed left running, as `remember` wrote it down."""
    left = [process for entry in _remembered(record) if (process := _living(*entry))]
    for process in left:
        process.terminate()
    for process in psutil.wait_procs(left, timeout=5)[1]:
        process.kill()
    psutil.wait_procs(left, timeout=5)
    record.unlink(missing_ok=True)


def remember(record: Path, children: Iterable[Child]) -> None:
    """Write down which processes run, for a start after this supervisor was killed.

    One that has ended is left out: its number may be another's by now.
    """
    entries = []
    for child in [child for child in children if child.process.poll() is None]:
        try:
            entries.append((child.process.pid, psutil.Process(child.process.pid).create_time()))
        except psutil.NoSuchProcess:
            continue
    record.write_text(json.dumps(entries))


def _remembered(record: Path) -> list[tuple[int, float]]:
    try:
        return [(int(pid), float(created)) for pid, created in json.loads(record.read_text())]
    except (FileNotFoundError, ValueError):
        return []  # a record cut short says nothing, and PR_SET_PDEATHSIG has done the work on Linux


def _living(pid: int, created: float) -> psutil.Process | None:
    """The remembered process, unless it is gone and its number another's."""
    try:
        process = psutil.Process(pid)
        # The clock of the machine may have been set a little in the meantime.
        return process if abs(process.create_time() - created) < 5 else None
    except psutil.NoSuchProcess:
        return None


def _tether(parent: int, stop_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child does before it becomes its program: have Linux stop it if the supervisor is killed."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def tether() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # killed between the fork and the line above
            os._exit(1)

    return tether


def _describe(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _record(text: str) -> LogRecord:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    return makeLogRecord({"msg": f"{stamp} {text}"})
