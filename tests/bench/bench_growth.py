"""What an enrolment takes on disk, and how long the engine's statements take, among more and more enrolments.

People were sent the first of two messages, which the vendor has reported as sent and delivered, and wait for its window
to close, in campaigns of up to IN_CAMPAIGN: of each of SIZES in turn so many, up to PEOPLE (`make bench WHAT=growth
PEOPLE=10000000` for all). At each size (falling_due.py and growing.py say how many are looked at):

1. The bytes of a row, with its part of the indexes, of every table that grows; and how large all of it is.
2. With nothing due: a whole tick, and what the operations page asks.
3. BATCH of the TOGETHER who came last, who were sent together and so fall due together, are claimed and put off, and as
   many decided, as bench_timers does: of any number of people the same number share a page.
4. The messages that were decided upon are claimed, marked and confirmed, batch by batch, without a wire between; what
   their tables grow by until autovacuum finds what was left behind.
5. Clicks of as many others, spread over all who came since the size before and in no order, told by the vendor by its
   own ids, are matched and recorded, and end cascades.

Times are those of one connection, one batch after another, the wait for the disk at each commit included.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.ground import ground
from tests.bench.telling import tell

PEOPLE = 1_000_000
SIZES = (100_000, 1_000_000, 10_000_000)


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """A row for each size."""
    people = asked("PEOPLE", PEOPLE)
    with ground(folder / "data"):
        from tests.bench import falling_due, growing

        falling_due.make_contacts(people)
        senders = growing.two_senders()
        inside = 0
        for size in [size for size in SIZES if size < people] + [min(people, SIZES[-1])]:
            began = time.monotonic()
            crowd = growing.crowd(inside + 1, size, senders)
            filled_s = time.monotonic() - began
            yield {
                "enrolments": size,
                "filled in s": round(filled_s),
                **growing.on_disk(),
                **growing.idle(),
                **growing.busy(crowd, senders, folder / "data"),
            }
            inside = size


if __name__ == "__main__":
    sys.exit(tell(measure))
