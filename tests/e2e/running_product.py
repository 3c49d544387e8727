"""The whole product as `make demo` starts it, in a folder of its own, for stories that a person could live through."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil

from cascade_site.children import Program, launch
from tests import first_database
from tests.ports import free_port

COMMAND = [sys.executable, "-m", "cascade_site.supervisor"]
DEMO, EMPTY = (
    Program(name="supervisor", command=[*COMMAND, mode], stop_signal=signal.SIGINT) for mode in ("demo", "run")
)
PASSWORD = "a pass phrase of the story"
# Twice what it takes on two busy cores.
START_S = 240
STOP_S = 60
FOLDER = Path(__file__).resolve().parents[2]
SHIFT = "from datetime import timedelta; from campaigns.engine import clock; clock.shift(timedelta(seconds={}))"
GREETING = re.compile(r"Cascade is running at (\S+).*The sandbox, where the demo's messages arrive: (\S+)", re.DOTALL)
INVITATION = re.compile(r"Cascade is running at (\S+).*Make the first admin account here: (\S+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class RunningProduct:
    """The demo under way: its addresses, where it keeps everything, and how long it took to start."""

    url: str
    sandbox_url: str
    data_dir: Path
    started_in_s: float


@contextmanager
def running(data_dir: Path, *, port: int, has_history: bool = False) -> Iterator[RunningProduct]:
    """The demo over `data_dir`, on `port` and the next one, from its greeting on for the length of a block.

    Nothing of it is left afterwards, or the block fails.
    """
    began = time.monotonic()
    more = {"CASCADE_DEMO_HISTORY": str(has_history)}
    with _started(DEMO, data_dir, port=port, greeting=GREETING, **more) as (url, sandbox_url):
        yield RunningProduct(url=url, sandbox_url=sandbox_url, data_dir=data_dir, started_in_s=time.monotonic() - began)


@contextmanager
def running_empty(data_dir: Path, *, port: int) -> Iterator[str]:
    """The product as `make run` starts it, with nothing in it; gives the address where the first admin is made."""
    with _started(EMPTY, data_dir, port=port, greeting=INVITATION) as (_url, invitation):
        yield invitation


@contextmanager
def _started(
    program: Program, data_dir: Path, *, port: int, greeting: re.Pattern[str], **settings: str
) -> Iterator[tuple[str, str]]:
    first_database.put_into(data_dir)
    with (data_dir / "console").open("wb") as output:
        process = launch(program, environment=_environment(data_dir) | {"PORT": str(port)} | settings, output=output)
    try:
        yield _greeting(process, data_dir, greeting)
    finally:
        _stop(process, data_dir)


def let_time_pass(product: RunningProduct, by: timedelta) -> None:
    """Move the time of the product on by `by`: for it and for everything that waits in it."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", SHIFT.format(by.total_seconds())]
    environment = _environment(product.data_dir) | {"CASCADE_DEMO": "true"}
    subprocess.run(command, cwd=FOLDER, env=environment, check=True, timeout=START_S)


def free_ports() -> int:
    """A port that nobody listens on, like the next one."""
    return free_port(in_a_row=2)


def console(data_dir: Path) -> str:
    """What the supervisor has said so far."""
    return (data_dir / "console").read_text()


def _greeting(process: subprocess.Popen[bytes], data_dir: Path, greeting: re.Pattern[str]) -> tuple[str, str]:
    """The two addresses that the console tells when everything has started."""
    deadline = time.monotonic() + START_S
    while not (told := greeting.search(console(data_dir))):
        assert process.poll() is None, console(data_dir)
        assert time.monotonic() < deadline, console(data_dir)
        time.sleep(0.05)
    return told[1], told[2]


def _stop(process: subprocess.Popen[bytes], data_dir: Path) -> None:
    """Press Ctrl-C. Fails where a process is left when the supervisor has gone; a killed one may take a moment."""
    if process.poll() is None:
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=STOP_S) == 0, console(data_dir)
        _gone, left = psutil.wait_procs(family, timeout=STOP_S)
        assert left == []


def _environment(data_dir: Path) -> dict[str, str]:
    """This process's, without the database and the folder of the tests."""
    return os.environ | {
        "CASCADE_DATA_DIR": str(data_dir),
        "CASCADE_DEMO_PASSWORD": PASSWORD,
        "DATABASE_URL": "",
    }
