"""Ports of this machine."""

import socket
import time


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
