"""Real small processes, started, watched and stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from cascade_site.children import Program, end_leftovers, remember
from cascade_site.crew import Crew, StopRequested

# A child with a child of its own, as Celery and the web server are.
FAMILY = """
    import subprocess, sys, time
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("grandchild", grandchild.pid, flush=True)
    time.sleep(600)
"""
STUBBORN = """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("started", flush=True)
    time.sleep(600)
"""


def program(code: str, *, name: str = "child", is_foundation: bool = False) -> Program:
    """A program that runs a few lines of Python."""
    return Program(name=name, command=[sys.executable, "-c", textwrap.dedent(code)], is_foundation=is_foundation)


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until `condition()` is true, which fails the test after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs, zombies aside."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Console:
    """What the supervisor says, and a crew that says it."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[str] = []
        self.log_dir = folder / "log"
        self.crew = Crew(log_dir=self.log_dir, record=folder / "processes.json", tell=self.lines.append)

    def log_of(self, name: str) -> str:
        """The log of a child so far."""
        path = self.log_dir / f"{name}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """A crew and its console."""
    return Console(tmp_path)


def grandchild_of(console: Console) -> int:
    """The process number that FAMILY printed."""
    return int(console.log_of("child").split("grandchild ")[1].split()[0])


def test_a_childs_lines_go_to_its_own_log_with_its_name(console: Console) -> None:
    with console.crew as crew:
        crew.start(program("print('hello', flush=True); import time; time.sleep(600)"), environment=os.environ)
        crew.watch(lambda: "child | hello" in console.log_of("child"))
    assert console.lines == []


def test_an_error_is_shown_on_the_console_too(console: Console) -> None:
    with console.crew as crew:
        crew.start(program("print('ERROR it broke', flush=True); import time; time.sleep(600)"), environment=os.environ)
        crew.watch(lambda: bool(console.lines))
    assert console.lines == ["child | ERROR it broke"]


def test_a_flood_of_errors_does_not_drown_the_console(console: Console) -> None:
    with console.crew as crew:
        flood = "for n in range(500): print('ERROR', n, flush=True)\nimport time; time.sleep(600)"
        crew.start(program(flood), environment=os.environ)
        crew.watch(lambda: "ERROR 499" in console.log_of("child"))
    assert len(console.lines) == 10


def test_a_child_that_died_is_started_again_and_the_console_says_so_in_a_line(console: Console) -> None:
    with console.crew as crew:
        child = crew.start(program("import time; time.sleep(600)"), environment=os.environ)
        first = child.process.pid
        child.process.kill()
        crew.watch(lambda: child.restarts == 1)
        assert child.process.pid != first
        assert child.is_running()
    assert len(console.lines) == 1
    assert console.lines[0].startswith("child was ended by signal 9 and starts again in 1 s")


def test_what_comes_to_an_end_is_not_started_again(console: Console) -> None:
    ending = Program(name="ending", command=[sys.executable, "-c", "print('done')"], comes_to_an_end=True)
    failing = Program(name="failing", command=[sys.executable, "-c", "raise SystemExit(1)"], comes_to_an_end=True)
    with console.crew as crew:
        ended = crew.start(ending, environment=os.environ)
        failed = crew.start(failing, environment=os.environ)
        crew.watch(lambda: failed.restarts > 0 and not ended.is_running())
        assert ended.restarts == 0
    assert not any("ending" in line for line in console.lines)


def test_the_pause_before_a_restart_doubles(console: Console) -> None:
    with console.crew as crew:
        child = crew.start(program("raise SystemExit(3)"), environment=os.environ)
        crew.watch(lambda: child.restarts == 2)
    assert "ended with exit code 3 and starts again in 1 s" in console.lines[0]
    assert "starts again in 2 s" in console.lines[1]


def test_what_a_dead_child_left_behind_is_ended_before_it_is_started_again(console: Console) -> None:
    with console.crew as crew:
        child = crew.start(program(FAMILY), environment=os.environ)
        crew.watch(lambda: "grandchild" in console.log_of("child"))
        orphan = grandchild_of(console)
        child.process.kill()
        crew.watch(lambda: child.restarts == 1)
        wait_until(lambda: not is_alive(orphan), seconds=1)


def test_stopping_ends_children_and_grandchildren_within_seconds(console: Console) -> None:
    with console.crew as crew:
        child = crew.start(program(FAMILY), environment=os.environ)
        crew.watch(lambda: "grandchild" in console.log_of("child"))
        pids = [child.process.pid, grandchild_of(console)]
        began = time.monotonic()
    assert time.monotonic() - began < 4.5  # before the grace ends
    wait_until(lambda: not any(is_alive(pid) for pid in pids), seconds=1)


def test_who_does_not_listen_is_killed_after_the_grace(console: Console) -> None:
    with console.crew as crew:
        child = crew.start(program(STUBBORN), environment=os.environ)
        crew.watch(lambda: "started" in console.log_of("child"))
        began = time.monotonic()
    assert 4 < time.monotonic() - began < 9
    assert not is_alive(child.process.pid)


def test_a_foundation_stops_after_those_that_stand_on_it(console: Console, tmp_path: Path) -> None:
    tells_its_end = """
        import signal, sys, time
        def end(*_):
            open({path!r}, "a").write({name!r} + " ")
            sys.exit()
        signal.signal(signal.SIGTERM, end)
        print("ready", flush=True)
        time.sleep(600)
    """
    order = tmp_path / "order"
    with console.crew as crew:
        for name, is_foundation in (("database", True), ("web", False), ("worker", False)):
            code = tells_its_end.format(path=str(order), name=name)
            crew.start(program(code, name=name, is_foundation=is_foundation), environment=os.environ)
        crew.watch(lambda: all("ready" in console.log_of(name) for name in ("database", "web", "worker")))
    assert order.read_text().split()[2] == "database"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_stop_ends_the_watch(console: Console, number: signal.Signals) -> None:
    # Whoever runs the tests may have them ignore it, as nohup does.
    before = signal.signal(number, signal.SIG_DFL)
    with console.crew as crew:
        os.kill(os.getpid(), number)
        with pytest.raises(StopRequested):
            crew.watch(lambda: False)
    assert signal.signal(number, before) is signal.SIG_DFL


def test_a_step_is_run_to_its_end_while_the_children_are_looked_after(console: Console) -> None:
    with console.crew as crew:
        crew.start(program("print('hello', flush=True); import time; time.sleep(600)"), environment=os.environ)
        code, output = crew.run_to_end(
            program("print('done'); raise SystemExit(4)", name="step"), environment=os.environ
        )
        crew.watch(lambda: "hello" in console.log_of("child"))
    assert (code, output) == (4, "done\n")
    assert console.log_of("step") == "done\n"


def test_what_a_killed_supervisor_left_running_is_ended_by_the_next_one(tmp_path: Path) -> None:
    """Where the system does not end them by itself, as on macOS."""
    record = tmp_path / "processes.json"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as left:

        class Remembered:
            process = left

        remember(record, [Remembered()])  # type: ignore[list-item]  # it has the one thing that is read
        end_leftovers(record)
        assert not is_alive(left.pid)
    assert not record.exists()


def test_a_child_that_has_ended_is_not_remembered_by_a_number_that_may_be_anothers(tmp_path: Path) -> None:
    record = tmp_path / "processes.json"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        ended = SimpleNamespace(process=SimpleNamespace(pid=stranger.pid, poll=lambda: 0))
        remember(record, [ended])  # type: ignore[list-item]  # it has the one thing that is read
        end_leftovers(record)
        assert is_alive(stranger.pid)
        stranger.kill()


def test_a_process_number_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    record = tmp_path / "processes.json"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        record.write_text(f"[[{stranger.pid}, 1.0], [{os.getpid()}, 2.0]]")
        end_leftovers(record)
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_children_do_not_outlive_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    supervisor = f"""
        import os, sys
        from pathlib import Path
        from cascade_site.children import Program
        from cascade_site.crew import Crew
        folder = Path({str(tmp_path)!r})
        with Crew(log_dir=folder, record=folder / "processes.json", tell=print) as crew:
            sleeper = Program(name="sleeper", command=[sys.executable, "-c", "import time; time.sleep(600)"])
            child = crew.start(sleeper, environment=os.environ)
            (folder / "pid").write_text(str(child.process.pid))
            crew.watch(lambda: False)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(supervisor)]) as running:
        wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        pid = int((tmp_path / "pid").read_text())
        assert is_alive(pid)
        running.kill()
    wait_until(lambda: not is_alive(pid), seconds=5)
