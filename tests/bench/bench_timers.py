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
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_least, at_most, percentile
from tests.bench.ground import ground, postgres_cpu_s

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
# Every PARTS-th enrolment belongs to a part: none is in two.
PARTS = 5
CLAIMED, DECIDED, FIRST, LATE = range(1, PARTS)
MAKE_DUE = """
WITH chosen AS (
    SELECT id, %(first_at)s::timestamptz + (row_number() OVER () - 1) * interval '1 second' / %(rate)s AS due_at
    FROM generate_series(%(first_id)s::bigint, %(last_id)s::bigint, %(stride)s::bigint) AS id LIMIT %(count)s
), put AS (
    UPDATE campaigns_enrolment e SET next_at = due_at FROM chosen WHERE e.id = chosen.id
)
UPDATE campaigns_message m SET decide_at = due_at FROM chosen WHERE m.enrolment_id = chosen.id
"""
PUT_OFF = "UPDATE campaigns_enrolment SET next_at = next_at + interval '20 days' WHERE id = ANY(%s)"
STILL_DUE = "SELECT count(*) FROM campaigns_enrolment WHERE outcome = '' AND next_at BETWEEN %s AND %s"
LATENESS = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(e.xmin) - m.decide_at)::float8
FROM campaigns_enrolment e JOIN campaigns_message m ON m.enrolment_id = e.id
WHERE e.step_position = 1 AND m.fate = 'advanced' AND m.decide_at >= %s
"""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The enrolments from `first_id` to `last_id`, of which parts can be made due."""

    first_id: int
    last_id: int

    def make_due(self, part: int, *, most: int, first_at: datetime, rate: float) -> int:
        """Let up to `most` of a part fall due from `first_at` on, `rate` a second; gives how many they are."""
        in_part = (self.last_id - self.first_id + 1) // PARTS
        values = {
            "first_at": first_at,
            "rate": rate,
            "first_id": self.first_id + part,
            "last_id": self.last_id,
            "stride": max(in_part // most, 1) * PARTS,
            "count": min(most, in_part),
        }
        with connection.cursor() as cursor:
            cursor.execute(MAKE_DUE, values)
            return cursor.rowcount


@dataclass(frozen=True, kw_only=True)
class Claims:
    """So many claims, in so many seconds, of them in the statement that claims."""

    count: int
    seconds: float
    in_statement_s: float

    @property
    def microseconds(self) -> float:
        """What one costs, the commit included."""
        return self.seconds / self.count * 1e6


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """So many decisions, in so many seconds, and the processor seconds of this process and of PostgreSQL."""

    count: int
    seconds: float
    python_cpu_s: float
    postgres_cpu_s: float


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows: first with few who wait, then with many."""
    people = asked("PEOPLE", PEOPLE)
    with ground(folder / "data", notes_commits=True):
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  Django is set up only now

        make_crowd(min(people, IN_CAMPAIGN))
        few = _crowd(1, min(SMALL, people // 10))
        among_few = _claim(few)
        yield _row(few, among_few, _decide(few, folder / "data"))
        many = _crowd(few.last_id + 1, people)
        among_many = _claim(many)
        yield _row(many, among_many, _decide(many, folder / "data"))
        late = _lateness(many, folder)
    yield {"lateness of": len(late), "p50 s": round(percentile(late, 50), 2), "p99 s": round(percentile(late, 99), 2)}
    ratio = among_many.microseconds / among_few.microseconds
    yield at_least(f"claims a second among {people:,}", among_many.count / among_many.seconds, 20_000)
    yield at_most(f"a claim among {people:,}, against one among {few.last_id:,}", ratio, 1.5, unit="times")
    yield at_most(f"lateness at {RATE:,} due a second, p99", percentile(late, 99), 2, unit="s")


def _crowd(first_id: int, last_id: int) -> Crowd:
    """Put people inside until the last enrolment has `last_id`."""
    from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now
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


def _claim(crowd: Crowd) -> Claims:
    from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now
    from campaigns.engine.advance import BATCH  # noqa: PLC0415  the same
    from campaigns.engine.due import lock_due  # noqa: PLC0415  the same

    now = clock.now()
    count = crowd.make_due(CLAIMED, most=CLAIMS, first_at=now - timedelta(minutes=1), rate=CLAIMS)
    began, in_statement_s, left = time.perf_counter(), 0.0, count
    while left:
        with transaction.atomic(), connection.cursor() as cursor:
            asked_at = time.perf_counter()
            claimed = [one.pk for one in lock_due(now, limit=BATCH)]
            in_statement_s += time.perf_counter() - asked_at
            cursor.execute(PUT_OFF, [sorted(claimed)])
        assert claimed, f"{left} due enrolments were not claimed"
        left -= len(claimed)
    return Claims(count=count, seconds=time.perf_counter() - began, in_statement_s=in_statement_s)


def _decide(crowd: Crowd, data_dir: Path) -> Decisions:
    from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now
    from campaigns.engine.advance import advance  # noqa: PLC0415  the same

    now = clock.now()
    count = crowd.make_due(DECIDED, most=CLAIMS, first_at=now - timedelta(minutes=1), rate=CLAIMS)
    used = postgres_cpu_s(data_dir)
    began, began_on_cpu, decided = time.perf_counter(), time.process_time(), 0
    while found := advance(now)[0]:
        decided += found
    seconds, python_cpu_s = time.perf_counter() - began, time.process_time() - began_on_cpu
    assert decided == count, f"{decided} of {count} were decided"
    return Decisions(
        count=count, seconds=seconds, python_cpu_s=python_cpu_s, postgres_cpu_s=postgres_cpu_s(data_dir) - used
    )


def _row(crowd: Crowd, claims: Claims, decisions: Decisions) -> dict[str, Any]:
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


def _lateness(crowd: Crowd, folder: Path) -> list[float]:
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
