"""How fast contacts are imported: rows a second for a CSV of many people, new ones and then the same again."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.ground import ground
from tests.bench.telling import tell

PEOPLE = 100_000


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Import the file twice; gives a row for each time."""
    with ground(folder / "data", private_hosts=""):
        from tests.bench import importing

        yield from importing.import_twice(asked("PEOPLE", PEOPLE))


if __name__ == "__main__":
    sys.exit(tell(measure))
