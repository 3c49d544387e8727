"""Ports of this machine."""

import socket
import time
from contextlib import ExitStack
from random import SystemRandom

# A port is told before somebody listens on it. From these the system takes none in the meantime by itself, for a
# connection say: those begin at 16,000 or later everywhere.
ASKED_FOR_ONLY = range(10_000, 16_000)
_chance = SystemRandom()


def free_port(*, in_a_row: int = 1) -> int:
    """A port of the loopback that nobody listens on, the first of so many."""
    for _ in range(100):
        first = _chance.choice(ASKED_FOR_ONLY[:-in_a_row])
        with ExitStack() as probes:
            try:
                for port in range(first, first + in_a_row):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError(f"no {in_a_row} free ports in a row")


def wait_for_port(port: int, *, patience_s: float = 10) -> None:
    """Wait until somebody listens on `port` of the loopback. Raises TimeoutError after `patience_s` seconds."""
    gives_up_at = time.monotonic() + patience_s
    while time.monotonic() < gives_up_at:
        if is_listening(port):
            return
        time.sleep(0.01)
    raise TimeoutError(f"nobody listens on port {port}")


def is_listening(port: int) -> bool:
    """Whether somebody listens on `port` of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
