"""One command, all processes: the whole product as a person starts it, and the sentences of a start that fails."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from cascade_site.supervisor import (
    Plan,
    Refusal,
    demo_password,
    environment_of,
    has_sandbox_on_demand,
    main,
    read_plan,
    require_port,
)
from tests import first_database, ports

FOLDER = Path(__file__).resolve().parent.parent.parent
START_S = 110


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short folder, with the files of the browser as `make assets` has laid them out."""
    with TemporaryDirectory(prefix="cascade-run-") as folder:
        for laid_out in ("vendor", "icons", "assets.stamp"):
            (Path(folder) / laid_out).symlink_to(FOLDER / "var" / laid_out)
        yield Path(folder)


@pytest.fixture
def prepared_dir() -> Iterator[Path]:
    """A short folder, in which the start has little left to do where the tests share a prepared product."""
    with TemporaryDirectory(prefix="cascade-run-") as folder:
        first_database.put_into(Path(folder))
        yield Path(folder)


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return ports.free_port()


class Started:
    """A supervisor under way, and what it printed."""

    def __init__(self, mode: str, *, data_dir: Path, port: int, **environment: str) -> None:
        self.console = data_dir / f"console-{time.monotonic_ns()}"
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.console.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cascade_site.supervisor", mode],
                cwd=FOLDER,
                env=inherited | {"CASCADE_DATA_DIR": str(data_dir), "PORT": str(port)} | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def said(self) -> str:
        """The console so far."""
        return self.console.read_text()

    def wait_for(self, text: str) -> None:
        """Wait until the console shows `text`."""
        deadline = time.monotonic() + START_S
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def family(self) -> list[psutil.Process]:
        """Every process that it started."""
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def started(mode: str, *, data_dir: Path, port: int, **environment: str) -> Iterator[Started]:
    """A supervisor that is gone in the end, whatever the test found."""
    supervisor = Started(mode, data_dir=data_dir, port=port, **environment)
    try:
        yield supervisor
    finally:
        if supervisor.process.poll() is None:
            supervisor.process.terminate()
        supervisor.process.wait(timeout=60)


def all_gone(processes: list[psutil.Process], *, within_s: float) -> bool:
    """Whether all of them have ended in time."""
    return not psutil.wait_procs(processes, timeout=within_s)[1]


def page(url: str) -> str:
    """A page's text."""
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


@pytest.mark.timeout(400)
def test_run_leads_to_the_first_admin_survives_a_kill_and_leaves_no_process_behind(
    data_dir: Path, free_port: int
) -> None:
    with started("run", data_dir=data_dir, port=free_port) as first:
        first.wait_for("Ctrl-C stops everything")
        welcome = re.search(r"first admin account here: (\S+)", first.said)
        assert welcome
        assert "<form" in page(welcome[1])
        names = {argument for process in first.family() for argument in process.cmdline()}
        assert {
            "--queues=tick",
            "--queues=urgent",
            "--queues=track",
            "--queues=engine",
            "--queues=bulk",
            "beat",
            "granian",
        } <= names
        family = first.family()
        first.process.kill()
        first.process.wait()
        assert all_gone(family, within_s=20)

    with started("run", data_dir=data_dir, port=free_port) as second:
        second.wait_for("Ctrl-C stops everything")
        third = Started("run", data_dir=data_dir, port=free_port)
        assert third.process.wait(timeout=60) == 1
        assert third.said.startswith("Cascade runs already")
        family = second.family()
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(timeout=20) == 0
        assert second.said.endswith("Stopped.\n")
        assert all_gone(family, within_s=1)
        assert not (data_dir / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["demo", "run"]])
def test_an_unknown_word_is_answered_by_those_that_are_known(arguments: list[str]) -> None:
    assert "`python -m cascade_site.supervisor demo` or `run`" in main(arguments)


def test_a_taken_port_is_said_in_one_sentence_that_tells_the_way_out(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("run", data_dir=data_dir, port=port) as refused:
            assert refused.process.wait(timeout=60) == 1
        assert refused.said == f"Port {port} is taken (Address already in use): choose another with PORT=.\n"


@pytest.mark.timeout(400)
def test_a_sandbox_whose_port_is_taken_keeps_nobody_from_starting(prepared_dir: Path, free_port: int) -> None:
    (prepared_dir / "sandbox").mkdir()
    (prepared_dir / "sandbox" / "asked-for").touch()
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        with started("run", data_dir=prepared_dir, port=free_port, CASCADE_SANDBOX_PORT=taken) as running:
            running.wait_for("The sandbox is not running.")
            assert "Cascade is running at" in running.said
            assert running.said.splitlines()[-1] == (
                f"The sandbox is not running. Port {taken} is taken (Address already in use): choose another with "
                "CASCADE_SANDBOX_PORT=. Or free that port; then start Cascade again."
            )
            assert (prepared_dir / "sandbox" / "kept-out").exists()
            assert not any("channels.sandbox" in process.cmdline() for process in running.family())


@pytest.fixture
def at_taken_port(data_dir: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    """A plan whose sandbox's port another program has."""
    monkeypatch.delenv("CASCADE_SANDBOX_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield Plan(
            is_demo=False,
            data_dir=data_dir,
            host="127.0.0.1",
            port=free_port,
            sandbox_port=other.getsockname()[1],
        )


def test_pages_are_told_of_a_sandbox_that_was_asked_for_and_not_of_another_program(at_taken_port: Plan) -> None:
    assert not has_sandbox_on_demand(environment_of(at_taken_port))
    (at_taken_port.data_dir / "sandbox").mkdir()
    (at_taken_port.data_dir / "sandbox" / "asked-for").touch()
    assert has_sandbox_on_demand(environment_of(at_taken_port))


def test_a_sandbox_that_an_admin_runs_elsewhere_needs_no_port_of_ours(
    at_taken_port: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    (at_taken_port.data_dir / "sandbox").mkdir()
    (at_taken_port.data_dir / "sandbox" / "asked-for").touch()
    monkeypatch.setenv("CASCADE_SANDBOX_URL", "http://127.0.0.1:9001")
    environment = environment_of(at_taken_port)
    assert not has_sandbox_on_demand(environment)
    assert environment["CASCADE_SANDBOX_URL"] == "http://127.0.0.1:9001"


def test_a_port_that_was_in_use_a_moment_ago_is_free(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()
    require_port("127.0.0.1", free_port, variable="PORT")


@pytest.mark.parametrize("port", ["http", "0", "-1", "70000", "80 80"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Refusal, match="PORT must be a number"):
        read_plan("run")


@pytest.mark.parametrize("port", ["http", "0", "70000", "8000"])
def test_a_port_of_the_sandbox_that_is_none_or_the_pages_own_is_refused(
    monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setenv("CASCADE_SANDBOX_PORT", port)
    with pytest.raises(Refusal, match="CASCADE_SANDBOX_PORT must be"):
        read_plan("run")


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(data_dir: Path, free_port: int) -> None:
    nobody = f"postgresql://ann@127.0.0.1:{free_port}/shop"
    with started("run", data_dir=data_dir, port=free_port + 1, DATABASE_URL=nobody) as refused:
        assert refused.process.wait(timeout=60) == 1
    sentence = refused.said.splitlines()[-1]
    assert sentence.startswith("The database cannot be used: ")
    assert "Connection refused" in sentence


def test_the_demo_keeps_to_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASCADE_DATA_DIR", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    assert read_plan("demo").data_dir != read_plan("run").data_dir


def test_the_demos_password_is_made_once_for_each_folder(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASCADE_DEMO_PASSWORD", raising=False)
    made = demo_password(data_dir)
    assert demo_password(data_dir) == made
    (data_dir / "another").mkdir()
    assert demo_password(data_dir / "another") != made
    monkeypatch.setenv("CASCADE_DEMO_PASSWORD", "my own choice")
    assert demo_password(data_dir) == "my own choice"
