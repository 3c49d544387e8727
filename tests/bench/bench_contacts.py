"""How fast contacts are found, sorted, narrowed and paged among 1,000,000, and how fast a person's page is.

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
# Of each page; all of them take five minutes.
REQUESTS = 60


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Every page, and the worst of them; gives the rows."""
    with ground(folder / "data"):
        from tests.bench import contacts, pages, paging

        requests = asked("REQUESTS", REQUESTS)
        paths = contacts.made(asked("PEOPLE", PEOPLE))
        seen: list[dict[str, Any]] = []
        for row in pages.ask_for_all(paths, by=paging.signed_in(), requests=requests, folder=folder):
            seen += [row] if "page" in row else []
            yield row
        worst = max(seen, key=lambda row: row["p95 ms"])
        yield {**worst, "page": f"the worst: {worst['page']}"}


if __name__ == "__main__":
    sys.exit(tell(measure))
