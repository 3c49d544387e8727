"""How much flows through the product: counted in steps of a few seconds, by real time, and never forgotten.

Most of it is counted by the fold (stats.py) from the counters of the figures; what they do not know is counted
here, in the transaction that did it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection
from django.db.models import Sum

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Flow
from channels.events import EventType

# What the fold counts: how messages left, and how people move on. A flow is called like its counter.
SENT = (Counter.ACCEPTED, Counter.FAILED, Counter.UNKNOWN)
MOVED = (Counter.CAME, Counter.ADVANCED, Counter.ENDED)
EVENTS = tuple(counters.events(event_type) for event_type in EventType)
FOLDED = tuple(str(name) for name in (*SENT, *MOVED, Counter.UNDECIDED, *EVENTS))
STEP = timedelta(seconds=10)
# Whoever asks what moved lately asks of less than this.
KEPT = timedelta(minutes=15)

BIN = "date_bin(make_interval(secs => %(step)s), statement_timestamp(), 'epoch')"
# In the order of the key, as everybody who writes several takes their locks.
FOLD_OLD = """
WITH old AS (
    DELETE FROM campaigns_flow WHERE at > %(total)s AND at < clock_timestamp() - make_interval(secs => %(kept)s)
    RETURNING name, sender_id, value
)
INSERT INTO campaigns_flow (at, name, campaign_id, sender_id, value)
SELECT %(total)s, name, 0, sender_id, sum(value) FROM old GROUP BY name, sender_id ORDER BY name, sender_id
ON CONFLICT (at, name, campaign_id, sender_id) DO UPDATE SET value = campaigns_flow.value + excluded.value
"""


class Reclaimed(StrEnum):
    """What became of messages whose worker had died."""

    # Claimed and not sent: back in the queue.
    RETURNED = "lease_returned"
    # On the wire: repeated under its key, or unknown.
    UNANSWERED = "lease_unanswered"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What has moved lately: campaigns whose people went on, and which of them had messages leave by which sender.

    `sent` are pairs of campaign and sender. `undecided_ids` are campaigns with people about whom an error of ours kept
    anything from being decided.
    """

    campaign_ids: frozenset[int]
    sent: frozenset[tuple[int, int]]
    undecided_ids: frozenset[int]


def count(name: str, value: int) -> None:
    """Count `value` more of `name`, in the transaction under way."""
    if not value:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_flow (at, name, campaign_id, sender_id, value)"  # noqa: S608  BIN is a constant of ours
            f" VALUES ({BIN}, %(name)s, 0, 0, %(value)s) ON CONFLICT (at, name, campaign_id, sender_id)"
            " DO UPDATE SET value = campaigns_flow.value + excluded.value",
            {"step": STEP.total_seconds(), "name": name, "value": value},
        )


def per_second(now: datetime, window: timedelta) -> dict[str, float]:
    """How much of each name there was a second in the last `window` before `now` (real time)."""
    start = _bin(now) - window
    rows = Flow.objects.filter(at__gte=start).values_list("name").annotate(total=Sum("value"))
    seconds = (now - start).total_seconds()
    return {name: total / seconds for name, total in rows}


def moved_since(instant: datetime) -> Moved:
    """What has moved since `instant` (real time), which is not longer ago than KEPT."""
    rows = set(
        Flow.objects.filter(at__gte=instant, value__gt=0, name__in=FOLDED).values_list(
            "name", "campaign_id", "sender_id"
        )
    )
    return Moved(
        campaign_ids=frozenset(campaign_id for name, campaign_id, _ in rows if name in {*SENT, *MOVED}),
        sent=frozenset((campaign_id, sender_id) for name, campaign_id, sender_id in rows if name in SENT),
        undecided_ids=frozenset(campaign_id for name, campaign_id, _ in rows if name == Counter.UNDECIDED),
    )


def totals(names: Iterable[str]) -> dict[tuple[str, int], int]:
    """How much there ever was of each of `names`, by name and sender (0: none)."""
    rows = Flow.objects.filter(name__in=list(names)).values_list("name", "sender_id")
    return {(name, sender_id): total for name, sender_id, total in rows.annotate(total=Sum("value"))}


def fold_old() -> None:
    """Sum what is no longer recent. In one statement: a reader sees either the rows or the sum that they went into."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD_OLD, {"total": Flow.TOTAL, "kept": KEPT.total_seconds()})


def _bin(instant: datetime) -> datetime:
    return instant - (instant - Flow.TOTAL) % STEP
