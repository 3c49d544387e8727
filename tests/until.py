"""Waiting until something that other processes do has come about."""

import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], bool], *, what: str, patience_s: float, every_s: float = 0.1) -> None:
    """Look every `every_s` seconds until it is so. Raises AssertionError, telling `what`, where it is not in time."""
    gives_up_at = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < gives_up_at, f"not in {patience_s:.0f} seconds: {what}"
        time.sleep(every_s)
