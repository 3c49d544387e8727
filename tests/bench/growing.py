"""The costs that bench_growth follows through its sizes: bytes, looks at a table that rests, and each hop of work."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from campaigns.engine.ticking import tick
from campaigns.operations.page import operations_page
from channels.models import Sender
from tests.bench.falling_due import OTHERS, Crowd, claim_due, crowd_inside, decide_due
from tests.bench.handing_over import Costs, hand_over, tell
from tests.bench.selected import selected
from tests.factories import make_sender

BATCH = 10_000
TOGETHER = 100_000
LOOKS = 30
ENOUGH_PER_SECOND = 1_000_000
TOLD = OTHERS[0]

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


def two_senders() -> list[Sender]:
    """Those of the two messages, who may send as fast as it goes."""
    return [make_sender(rate_per_second=ENOUGH_PER_SECOND) for _step in range(2)]


def crowd(first_id: int, last_id: int, senders: Sequence[Sender]) -> Crowd:
    """Put people inside until the last enrolment has `last_id`."""
    return crowd_inside(first_id, last_id, senders=senders, tables=GROWING.values(), is_delivered=True)


def on_disk() -> dict[str, Any]:
    """Bytes of a row and of its entries in the indexes, by table."""
    found: dict[str, Any] = {}
    for name, table in GROWING.items():
        rows = _one(f"SELECT count(*) FROM {table}")[0]
        in_table, in_indexes = _one(BYTES, table=table)
        found[f"B: {name}"] = f"{in_table / rows:.0f}+{in_indexes / rows:.0f}"
    found["counters MB"] = round(sum(_bytes(table) for table in COUNTERS) / 1e6, 1)
    found["GB"] = round(_one("SELECT pg_database_size(current_database())")[0] / 1e9, 2)
    return found


def idle() -> dict[str, Any]:
    """How long the looks take that are taken however little there is to do."""
    return {"ms: a tick": _ms(tick), "the page": _ms(operations_page)}


def busy(crowd: Crowd, senders: Sequence[Sender], data_dir: Path) -> dict[str, Any]:
    """What it costs to decide upon some of `crowd`, to send them what follows, and to be told of others' clicks.

    `data_dir` is that of the database's server.
    """
    last = crowd.last(TOGETHER)
    claims = claim_due(last, most=BATCH)
    decisions = decide_due(last, most=BATCH, data_dir=data_dir)
    costs = Costs()
    before = sum(map(_bytes, GROWING.values()))
    handed_over = hand_over(senders[1], costs)
    grown_by = sum(map(_bytes, GROWING.values())) - before
    assert handed_over == decisions.count, f"{handed_over} of {decisions.count} messages were handed over"
    told = [row[0] for row in selected(TO_TELL, crowd.chosen(TOLD, most=BATCH))]
    tell(senders[0].account, told, costs)
    return {
        "B: sending one": round(grown_by / handed_over),
        # Microseconds of one are milliseconds of a thousand.
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
    (row,) = selected(query, values)
    return row
