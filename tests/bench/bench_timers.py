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

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_least, at_most, percentile
from tests.bench.ground import ground

if TYPE_CHECKING:
    from tests.bench.falling_due import Claims, Crowd, Decisions

PEOPLE = 1_000_000
SMALL = 100_000
IN_CAMPAIGN = 1_000_000
CLAIMS = 20_000
RATE = 1000
SECONDS = 30
# Later than the update that makes them due has come to its end, which is looked at.
AHEAD = timedelta(seconds=60)
PATIENCE_S = 900

WINDOW = "%(accepted_at)s + interval '10 days' + interval '30 days' * random()"
CLAIMED, DECIDED, FIRST, LATE = range(1, 5)
STILL_DUE = "SELECT count(*) FROM campaigns_enrolment WHERE outcome = '' AND next_at BETWEEN %s AND %s"
LATENESS = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(e.xmin) - m.decide_at)::float8
FROM campaigns_enrolment e JOIN campaigns_message m ON m.enrolment_id = e.id
WHERE e.step_position = 1 AND m.fate = 'advanced' AND m.decide_at >= %s
"""


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows: first with few who wait, then with many."""
    people = asked("PEOPLE", PEOPLE)
    with ground(folder / "data", notes_commits=True):
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  Django is set up only now
        from tests.bench.falling_due import claim_due, decide_due  # noqa: PLC0415  the same

        make_crowd(min(people, IN_CAMPAIGN))
        few = _crowd(1, min(SMALL, people // 10))
        among_few = claim_due(few, CLAIMED, most=CLAIMS)
        decided = decide_due(few, DECIDED, most=CLAIMS, data_dir=folder / "data")
        yield _row(few, among_few, decided)
        many = _crowd(few.last_id + 1, people)
        among_many = claim_due(many, CLAIMED, most=CLAIMS)
        decided = decide_due(many, DECIDED, most=CLAIMS, data_dir=folder / "data")
        yield _row(many, among_many, decided)
        late = _lateness(many, folder)
    yield {"lateness of": len(late), "p50 s": round(percentile(late, 50), 2), "p99 s": round(percentile(late, 99), 2)}
    ratio = among_many.microseconds / among_few.microseconds
    yield at_least(f"claims a second among {people:,}", among_many.count / among_many.seconds, 20_000)
    yield at_most(f"a claim among {people:,}, against one among {few.last_id:,}", ratio, 1.5, unit="times")
    yield at_most(f"lateness at {RATE:,} due a second, p99", percentile(late, 99), 2, unit="s")


def _crowd(first_id: int, last_id: int) -> "Crowd":
    """Put people inside until the last enrolment has `last_id`."""
    from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now
    from tests.bench.falling_due import Crowd  # noqa: PLC0415  the same
    from tests.bench.filling import without_indexes  # noqa: PLC0415  the same
    from tests.bench.inside import TABLES, put_inside, running_campaign  # noqa: PLC0415  the same
    from tests.factories import StepPlan, make_sender  # noqa: PLC0415  the same

    now = clock.now()
    senders = make_sender(), make_sender(held_at=now)
    steps = [StepPlan(sender=sender, timeout=timedelta(days=40)) for sender in senders]
    with without_indexes(*TABLES):
        for first in range(first_id, last_id + 1, IN_CAMPAIGN):
            campaign = running_campaign(steps, now=now)
            put_inside(campaign, people=min(IN_CAMPAIGN, last_id + 1 - first), decide_at=WINDOW, has_attempts=False)
    return Crowd(first_id=first_id, last_id=last_id)


def _row(crowd: "Crowd", claims: "Claims", decisions: "Decisions") -> dict[str, Any]:
    return {
        "waiting": crowd.last_id,
        "claims": claims.count,
        "a second": round(claims.count / claims.seconds),
        "µs a claim": round(claims.microseconds, 1),
        "in its statement": round(claims.in_statement_s / claims.count * 1e6, 1),
        "decisions a second": round(decisions.count / decisions.seconds),
        "CPU-s per 1,000": round((decisions.python_cpu_s + decisions.postgres_cpu_s) / decisions.count * 1000, 3),
        "of them PostgreSQL": round(decisions.postgres_cpu_s / decisions.count * 1000, 3),
    }


def _lateness(crowd: "Crowd", folder: Path) -> list[float]:
    """How late each was decided, in seconds, by the running product."""
    from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now

    with crew(folder):
        # Whoever decides this one is there for the others too.
        now = clock.now()
        crowd.make_due(FIRST, most=1, first_at=now, rate=1)
        _wait_until_decided(now, now)
        begins_at = clock.now() + AHEAD
        count = crowd.make_due(LATE, most=RATE * asked("SECONDS", SECONDS), first_at=begins_at, rate=RATE)
        assert clock.now() < begins_at, "making people due took longer than thought: the first were late at once"
        _wait_until_decided(begins_at, begins_at + timedelta(seconds=count / RATE))
    with connection.cursor() as cursor:
        cursor.execute(LATENESS, [begins_at])
        late = [row[0] for row in cursor.fetchall()]
    assert len(late) == count, f"{len(late)} of {count} were moved on"
    return late


def _wait_until_decided(begins_at: datetime, ends_at: datetime) -> None:
    """Wait until nobody is left of those who fall due from `begins_at` to `ends_at`; asks little of the database."""
    gives_up_at = time.monotonic() + PATIENCE_S
    while True:
        with connection.cursor() as cursor:
            cursor.execute(STILL_DUE, [begins_at, ends_at])
            left = cursor.fetchone()[0]
        if not left:
            return
        assert time.monotonic() < gives_up_at, f"{left} were not decided"
        time.sleep(1)


if __name__ == "__main__":
    for row in measure(Path(sys.argv[1])):
        print(json.dumps(row), flush=True)
