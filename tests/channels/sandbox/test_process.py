"""The sandbox as a process: no Django, a free port, an end without a trace."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def start(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Start the sandbox as the supervisor does; it does not outlive the test."""
    command = [sys.executable, "-m", "channels.sandbox", f"--port={port}", f"--data={folder}"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def is_up(port: int) -> bool:
    """Whether it answers within ten seconds."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False


def test_it_starts_answers_and_stops_when_told(tmp_path: Path) -> None:
    port = free_port()
    with start(tmp_path, port) as running:
        assert is_up(port)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()
    assert (tmp_path / "secret").exists()


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with start(tmp_path, port) as running:
            assert running.wait(timeout=10) == 1
            assert running.stderr is not None
            told = running.stderr.read()
    assert told.strip().splitlines()[-1].startswith(f"The sandbox cannot use port {port}:")
    assert "Traceback" not in told


def test_it_needs_no_django() -> None:
    """A vendor shares no code with the product's database; it is a program of its own."""
    code = "import sys, channels.sandbox.server; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
