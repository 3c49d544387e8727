"""Some of many people who wait fall due: what claiming and deciding them costs, by the engine's own functions."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from campaigns.engine import clock
from campaigns.engine.advance import BATCH, advance
from campaigns.engine.due import lock_due
from channels.models import Sender
from tests.bench.crowd import make_crowd
from tests.bench.filling import without_indexes
from tests.bench.ground import postgres_cpu_s
from tests.bench.inside import put_inside, running_campaign
from tests.factories import StepPlan

IN_CAMPAIGN = 1_000_000
WINDOW = "%(accepted_at)s + interval '10 days' + interval '30 days' * random()"
# Every PARTS-th enrolment belongs to a part: none is in two. Of some a measurement makes what it wants.
PARTS = 5
CLAIMED, DECIDED, *OTHERS = range(1, PARTS)
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


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The enrolments from `first_id` to `last_id`, of which parts can be made due."""

    first_id: int
    last_id: int

    def make_due(self, part: int, *, most: int, first_at: datetime, rate: float) -> int:
        """Let up to `most` of a part fall due from `first_at` on, `rate` a second; gives how many they are."""
        with connection.cursor() as cursor:
            cursor.execute(MAKE_DUE, {**self.chosen(part, most=most), "first_at": first_at, "rate": rate})
            return cursor.rowcount

    def last(self, people: int) -> "Crowd":
        """Some `people` who came last (all, where they are fewer), in the same parts."""
        others = max(self.last_id + 1 - self.first_id - people, 0)
        return replace(self, first_id=self.first_id + others // PARTS * PARTS)

    def chosen(self, part: int, *, most: int) -> dict[str, int]:
        """Up to `most` of a part, evenly spread: `first_id`, `last_id` and `stride` of a series, and its `count`."""
        in_part = (self.last_id - self.first_id + 1) // PARTS
        return {
            "first_id": self.first_id + part,
            "last_id": self.last_id,
            "stride": max(in_part // most, 1) * PARTS,
            "count": min(most, in_part),
        }


def make_contacts(people: int) -> None:
    """Add as many contacts as `people` enrolments need, of whom a campaign has at most IN_CAMPAIGN."""
    make_crowd(min(people, IN_CAMPAIGN))


def crowd_inside(
    first_id: int, last_id: int, *, senders: Sequence[Sender], tables: Iterable[str], **inside: bool
) -> Crowd:
    """Let people wait at the first of as many steps as there are `senders`, until the last enrolment has `last_id`.

    `tables` are those that are filled, `inside` what put_inside takes: what there is of each of them.
    """
    steps = [StepPlan(sender=sender, timeout=timedelta(days=40)) for sender in senders]
    with without_indexes(*tables):
        for first in range(first_id, last_id + 1, IN_CAMPAIGN):
            campaign = running_campaign(steps, now=clock.now())
            put_inside(campaign, people=min(IN_CAMPAIGN, last_id + 1 - first), decide_at=WINDOW, **inside)
    return Crowd(first_id=first_id, last_id=last_id)


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


def claim_due(crowd: Crowd, *, most: int) -> Claims:
    """Let up to `most` of CLAIMED fall due; lock them batch by batch and put each batch off, nothing else."""
    now = clock.now()
    count = crowd.make_due(CLAIMED, most=most, first_at=now - timedelta(minutes=1), rate=most)
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


def decide_due(crowd: Crowd, *, most: int, data_dir: Path) -> Decisions:
    """Let up to `most` of DECIDED fall due, and decide them; `data_dir` is that of the database's server."""
    now = clock.now()
    count = crowd.make_due(DECIDED, most=most, first_at=now - timedelta(minutes=1), rate=most)
    used = postgres_cpu_s(data_dir)
    began, began_on_cpu, decided = time.perf_counter(), time.process_time(), 0
    while found := advance(now)[0]:
        decided += found
    seconds, python_cpu_s = time.perf_counter() - began, time.process_time() - began_on_cpu
    assert decided == count, f"{decided} of {count} were decided"
    return Decisions(
        count=count, seconds=seconds, python_cpu_s=python_cpu_s, postgres_cpu_s=postgres_cpu_s(data_dir) - used
    )
