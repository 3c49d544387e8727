"""How fast due people are claimed and decided among many who only wait, and how late they are decided.

People have been sent the first of two messages and wait for its window to close, in campaigns of up to IN_CAMPAIGN:
first SMALL of them, then PEOPLE (the goals are for 10,000,000: `make bench WHAT=timers PEOPLE=10000000`). Some, spread
over the whole table, are made due as an acceptance does it, by an update. Attempts are left out, because no timer reads
them; and the second step's sender is held, so that every decision queues a message and none leaves.

1. The claim alone: the engine's own statement locks a batch, the batch is put off, and the commit waits for the disk.
2. The whole decision: the engine's `advance` in this process, batch by batch.
3. Lateness: RATE fall due each second for a while; beat, the tick and the workers decide them. It runs from when an
   enrolment was due to the commit that moved it on.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.goals import at_least, at_most, percentile
from tests.bench.ground import ground
from tests.bench.telling import tell

PEOPLE = 1_000_000
SMALL = 100_000
CLAIMS = 20_000
RATE = 1000
SECONDS = 30


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows: first with few who wait, then with many."""
    people = asked("PEOPLE", PEOPLE)
    with ground(folder / "data", notes_commits=True):
        from tests.bench import falling_due, timing

        falling_due.make_contacts(people)
        few = timing.crowd(1, min(SMALL, people // 10))
        among_few = falling_due.claim_due(few, most=CLAIMS)
        decided = falling_due.decide_due(few, most=CLAIMS, data_dir=folder / "data")
        yield timing.row(few, among_few, decided)
        many = timing.crowd(few.last_id + 1, people)
        among_many = falling_due.claim_due(many, most=CLAIMS)
        decided = falling_due.decide_due(many, most=CLAIMS, data_dir=folder / "data")
        yield timing.row(many, among_many, decided)
        late = timing.lateness(many, folder, rate=RATE, seconds=asked("SECONDS", SECONDS))
    yield {"lateness of": len(late), "p50 s": round(percentile(late, 50), 2), "p99 s": round(percentile(late, 99), 2)}
    ratio = among_many.microseconds / among_few.microseconds
    yield at_least(f"claims a second among {people:,}", among_many.count / among_many.seconds, 20_000)
    yield at_most(f"a claim among {people:,}, against one among {few.last_id:,}", ratio, 1.5, unit="times")
    yield at_most(f"lateness at {RATE:,} due a second among {people:,}, p99", percentile(late, 99), 2, unit="s")


if __name__ == "__main__":
    sys.exit(tell(measure))
