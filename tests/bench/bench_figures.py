"""How fast the pages of a campaign are that 1,000,000 people went through, with 10,000,000 events.

Each page is asked for by a signed-in manager who may see people, one request after another, from the product's own web
server; the time is that until the whole answer is there. The queries are counted in this process.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.ground import ground
from tests.bench.telling import tell

PEOPLE = 1_000_000
REQUESTS = 200


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Every page; gives the rows."""
    with ground(folder / "data"):
        from tests.bench import pages, paging

        requests = asked("REQUESTS", REQUESTS)
        campaign = paging.passed_through(asked("PEOPLE", PEOPLE))
        yield from pages.ask_for_all(paging.paths(campaign), by=paging.signed_in(), requests=requests, folder=folder)


if __name__ == "__main__":
    sys.exit(tell(measure))
