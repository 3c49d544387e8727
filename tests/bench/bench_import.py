"""How fast contacts are imported: rows a second for a CSV of many people, new ones and then the same again."""

import json
import sys
from pathlib import Path

from tests.bench.asked import asked
from tests.bench.ground import ground

PEOPLE = 100_000


def main(folder: Path) -> None:
    """Print a row for each time."""
    with ground(folder / "data", private_hosts=""):
        from tests.bench import importing

        for row in importing.import_twice(asked("PEOPLE", PEOPLE)):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
