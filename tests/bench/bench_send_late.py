"""The same as bench_send, to a vendor that takes 20 ms for each answer."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.bench_send import send
from tests.bench.telling import tell

DELAY_S = 0.02


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Send; gives the rows. Raises NoSink where nginx cannot answer late on this machine."""
    return send(folder=folder, delay_s=DELAY_S)


if __name__ == "__main__":
    sys.exit(tell(measure))
