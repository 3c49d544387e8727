"""What an enrolment takes on disk, and how long the engine's statements take, among more and more enrolments.

People were sent the first of two messages, which the vendor has reported as sent and delivered, and wait for its window
to close, in campaigns of up to IN_CAMPAIGN: of each of SIZES in turn so many, up to PEOPLE (`make bench WHAT=growth
PEOPLE=10000000` for all). At each size:

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

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db import connection

from tests.bench.asked import asked
from tests.bench.ground import ground

if TYPE_CHECKING:
    from channels.models import Sender
    from tests.bench.falling_due import Crowd

PEOPLE = 1_000_000
SIZES = (100_000, 1_000_000, 10_000_000)
IN_CAMPAIGN = 1_000_000
BATCH = 10_000
TOGETHER = 100_000
LOOKS = 30
ENOUGH_PER_SECOND = 1_000_000
WINDOW = "%(accepted_at)s + interval '10 days' + interval '30 days' * random()"
CLAIMED, DECIDED, TOLD = range(1, 4)

GROWING = {
    "enrolment": "campaigns_enrolment",
    "message": "campaigns_message",
    "attempt": "campaigns_attempt",
    "vendor's id": "campaigns_vendorreference",
    "event": "campaigns_event",
}
COUNTERS = ("campaigns_stepstats", "campaigns_steptotal", "campaigns_stepdelta")
# Of a table or of all its partitions.
BYTES = """
SELECT sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint
FROM (SELECT %(table)s::regclass AS relid UNION SELECT relid FROM pg_partition_tree(%(table)s::regclass)) AS parts
"""
TO_TELL = """
SELECT a.vendor_message_id
FROM (
    SELECT id FROM generate_series(%(first_id)s::bigint, %(last_id)s::bigint, %(stride)s::bigint) AS id
    LIMIT %(count)s
) AS chosen
JOIN campaigns_message m ON m.enrolment_id = chosen.id
JOIN campaigns_attempt a ON a.message_id = m.id
ORDER BY md5(a.vendor_message_id)
"""


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """A row for each size."""
    people = asked("PEOPLE", PEOPLE)
    with ground(folder / "data"):
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  Django is set up only now
        from tests.factories import make_sender  # noqa: PLC0415  the same

        make_crowd(min(people, IN_CAMPAIGN))
        senders = [make_sender(rate_per_second=ENOUGH_PER_SECOND) for _step in range(2)]
        inside = 0
        for size in [size for size in SIZES if size < people] + [min(people, SIZES[-1])]:
            began = time.monotonic()
            crowd = _crowd(inside + 1, size, senders)
            filled_s = time.monotonic() - began
            yield {
                "enrolments": size,
                "filled in s": round(filled_s),
                **_on_disk(),
                **_idle(),
                **_busy(crowd, senders, folder / "data"),
            }
            inside = size


def _crowd(first_id: int, last_id: int, senders: list["Sender"]) -> "Crowd":
    """Put people inside until the last enrolment has `last_id`."""
    from campaigns.engine import clock  # noqa: PLC0415  Django is set up only now
    from tests.bench.falling_due import Crowd  # noqa: PLC0415  the same
    from tests.bench.filling import without_indexes  # noqa: PLC0415  the same
    from tests.bench.inside import put_inside, running_campaign  # noqa: PLC0415  the same
    from tests.factories import StepPlan  # noqa: PLC0415  the same

    steps = [StepPlan(sender=sender, timeout=timedelta(days=40)) for sender in senders]
    with without_indexes(*GROWING.values()):
        for first in range(first_id, last_id + 1, IN_CAMPAIGN):
            campaign = running_campaign(steps, now=clock.now())
            put_inside(campaign, people=min(IN_CAMPAIGN, last_id + 1 - first), decide_at=WINDOW, is_delivered=True)
    return Crowd(first_id=first_id, last_id=last_id)


def _on_disk() -> dict[str, Any]:
    """Bytes of a row and of its entries in the indexes, by table."""
    found: dict[str, Any] = {}
    for name, table in GROWING.items():
        rows = _one(f"SELECT count(*) FROM {table}")[0]
        in_table, in_indexes = _one(BYTES, table=table)
        found[f"B: {name}"] = f"{in_table / rows:.0f}+{in_indexes / rows:.0f}"
    found["counters MB"] = round(sum(_bytes(table) for table in COUNTERS) / 1e6, 1)
    found["GB"] = round(_one("SELECT pg_database_size(current_database())")[0] / 1e9, 2)
    return found


def _idle() -> dict[str, Any]:
    from campaigns.engine.ticking import tick  # noqa: PLC0415  Django is set up only now
    from campaigns.operations.page import operations_page  # noqa: PLC0415  the same

    return {"ms: a tick": _ms(tick), "the page": _ms(operations_page)}


def _busy(crowd: "Crowd", senders: list["Sender"], data_dir: Path) -> dict[str, Any]:
    from tests.bench.falling_due import claim_due, decide_due  # noqa: PLC0415  Django is set up only now
    from tests.bench.handing_over import Costs, hand_over, tell  # noqa: PLC0415  the same

    last = crowd.last(TOGETHER)
    claims = claim_due(last, CLAIMED, most=BATCH)
    decisions = decide_due(last, DECIDED, most=BATCH, data_dir=data_dir)
    costs = Costs()
    before = sum(map(_bytes, GROWING.values()))
    handed_over = hand_over(senders[1], costs)
    grown_by = sum(map(_bytes, GROWING.values())) - before
    assert handed_over == decisions.count, f"{handed_over} of {decisions.count} messages were handed over"
    with connection.cursor() as cursor:
        cursor.execute(TO_TELL, crowd.chosen(TOLD, most=BATCH))
        told = [row[0] for row in cursor.fetchall()]
    tell(senders[0].account, told, costs)
    return {
        "B: sending one": round(grown_by / handed_over),
        "ms for 1,000: due": round(claims.microseconds),
        "decide": round(decisions.seconds / decisions.count * 1e6),
        **{hop: round(costs.ms_per_1000(hop)) for hop in costs.seconds},
    }


def _ms(look: Callable[[], object]) -> float:
    """How long a look takes, in milliseconds: that in the middle of LOOKS."""
    took = []
    for _number in range(LOOKS):
        began = time.perf_counter()
        look()
        took.append(time.perf_counter() - began)
    return round(median(took) * 1000, 1)


def _bytes(table: str) -> int:
    return int(sum(_one(BYTES, table=table)))


def _one(query: str, **values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


if __name__ == "__main__":
    for row in measure(Path(sys.argv[1])):
        print(json.dumps(row, ensure_ascii=False), flush=True)
