"""What waits to be done, and since when: asked by index probes and counted up to a limit, however much there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.engine.due import ENTERED

# Counted up to here; beyond it a depth is "more than", because nobody acts upon the difference.
LIMIT = 10_000
# All messages that are counted together, and those at least of one sender in one campaign.
LIMIT_OF_ALL = 20_000
LEAST_OF_ONE = 100

DUE = f"""
WITH {ENTERED}
SELECT COALESCE(sum(due.count), 0)::bigint, min(due.oldest) FROM entered, LATERAL (
    SELECT count(*), min(next_at) AS oldest FROM (
        SELECT next_at FROM campaigns_enrolment e
        WHERE e.campaign_id = entered.campaign_id AND e.outcome = '' AND e.next_at <= %(now)s
        ORDER BY e.next_at LIMIT %(limit)s
    ) due_of_one
) due
"""  # noqa: S608  a constant of ours
INBOUND = """
SELECT count(*), min(retry_at) FROM (
    SELECT retry_at FROM channels_inboundrequest WHERE state IN ('new', 'waiting') AND retry_at <= clock_timestamp()
    ORDER BY retry_at LIMIT %(limit)s
) open
"""
HITS = """
SELECT count(*), min(decide_at) FROM (
    SELECT decide_at FROM campaigns_hit WHERE is_machine IS NULL AND decide_at <= %(now)s
    ORDER BY decide_at LIMIT %(limit)s
) undecided
"""
LEASES = """
SELECT count(*) FILTER (WHERE status = 'claimed'), count(*) FILTER (WHERE status = 'sending'),
    count(*) FILTER (WHERE until < clock_timestamp())
FROM (
    SELECT m.status, l.until FROM (SELECT * FROM campaigns_lease ORDER BY until LIMIT %(limit)s) l, LATERAL (
        SELECT status FROM campaigns_message m
        WHERE m.id = ANY(l.messages) AND m.claim_token = l.token AND m.status IN ('claimed', 'sending')
        ORDER BY m.id LIMIT %(limit)s
    ) m LIMIT %(limit)s
) leased
"""
OVERDUE_CAMPAIGNS = f"""
WITH {ENTERED}
SELECT entered.campaign_id, overdue.next_at FROM entered, LATERAL (
    SELECT e.next_at FROM campaigns_enrolment e
    WHERE e.campaign_id = entered.campaign_id AND e.outcome = '' AND e.next_at <= %(until)s
    ORDER BY e.next_at LIMIT 1
) overdue
"""  # noqa: S608  a constant of ours
# From one sender and campaign to the next with something queued: as many look-ups as there are such pairs.
PAIRS = """
WITH RECURSIVE pair AS (
    (
        SELECT sender_id, campaign_id FROM campaigns_message
        WHERE is_queued AND sender_id IS NOT NULL ORDER BY sender_id, campaign_id LIMIT 1
    )
    UNION ALL
    SELECT later.sender_id, later.campaign_id FROM pair, LATERAL (
        SELECT sender_id, campaign_id FROM campaigns_message
        WHERE is_queued AND (sender_id, campaign_id) > (pair.sender_id, pair.campaign_id)
        ORDER BY sender_id, campaign_id LIMIT 1
    ) later
)
SELECT sender_id, campaign_id FROM pair
"""
READY = """
SELECT p.sender_id, p.campaign_id, ready.count, ready.oldest
FROM unnest(%(senders)s::bigint[], %(campaigns)s::bigint[]) p (sender_id, campaign_id), LATERAL (
    SELECT count(*), min(available_at) AS oldest FROM (
        SELECT available_at FROM campaigns_message m
        WHERE m.sender_id = p.sender_id AND m.campaign_id = p.campaign_id AND is_queued
        AND available_at <= %(now)s ORDER BY available_at LIMIT %(limit)s
    ) queued
) ready
"""
LATER = """
SELECT later.hold_reason, sum(later.count)::bigint, bool_or(later.count >= %(limit)s)
FROM unnest(%(senders)s::bigint[], %(campaigns)s::bigint[]) p (sender_id, campaign_id), LATERAL (
    SELECT hold_reason, count(*) FROM (
        SELECT hold_reason FROM campaigns_message m
        WHERE m.sender_id = p.sender_id AND m.campaign_id = p.campaign_id AND is_queued
        AND available_at > %(now)s ORDER BY available_at LIMIT %(limit)s
    ) queued GROUP BY hold_reason
) later GROUP BY later.hold_reason ORDER BY later.hold_reason
"""


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How many there are, or with `is_more` at least; `oldest_at` is since when the first has been waiting."""

    count: int = 0
    is_more: bool = False
    oldest_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Queued:
    """The messages of one sender in one campaign that could leave now."""

    sender_id: int
    campaign_id: int
    depth: Depth


@dataclass(frozen=True, kw_only=True)
class Leased:
    """Messages that workers have, and those of them whose worker gave no sign of life any more."""

    claimed: int
    sending: int
    dead: int


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What waits. `later` are queued messages by the reason that holds them; '' is the next try of one that failed.

    `overdue` are campaigns with people who should have been decided about before some instant, and since when.
    """

    due: Depth
    inbound: Depth
    hits: Depth
    leased: Leased
    queued: tuple[Queued, ...] = ()
    later: dict[str, Depth] = field(default_factory=dict)
    overdue: dict[int, datetime] = field(default_factory=dict)


def read_backlog(now: datetime, *, overdue_before: datetime) -> Backlog:
    """The backlog at `now`; both instants are product time."""
    pairs = [(row[0], row[1]) for row in _rows(PAIRS)]
    return Backlog(
        due=_depth(DUE, now),
        inbound=_depth(INBOUND, now),
        hits=_depth(HITS, now),
        leased=_leased(),
        queued=_queued(pairs, now),
        later=_later(pairs, now),
        overdue={row[0]: row[1] for row in _rows(OVERDUE_CAMPAIGNS, until=overdue_before)},
    )


def together(depths: Sequence[Depth]) -> Depth:
    """Several depths as one."""
    return Depth(
        count=sum(depth.count for depth in depths),
        is_more=any(depth.is_more for depth in depths),
        oldest_at=min((depth.oldest_at for depth in depths if depth.oldest_at), default=None),
    )


def _depth(statement: str, now: datetime) -> Depth:
    ((count, oldest_at),) = _rows(statement, now=now, limit=LIMIT + 1)
    return Depth(count=min(count, LIMIT), is_more=count > LIMIT, oldest_at=oldest_at)


def _leased() -> Leased:
    ((claimed, sending, dead),) = _rows(LEASES, limit=LIMIT)
    return Leased(claimed=claimed, sending=sending, dead=dead)


def _queued(pairs: Sequence[tuple[int, int]], now: datetime) -> tuple[Queued, ...]:
    limit = _limit_of_one(pairs)
    return tuple(
        Queued(
            sender_id=sender_id,
            campaign_id=campaign_id,
            depth=Depth(count=min(count, limit), is_more=count > limit, oldest_at=oldest_at),
        )
        for sender_id, campaign_id, count, oldest_at in _of_pairs(READY, pairs, now, limit + 1)
        if count
    )


def _later(pairs: Sequence[tuple[int, int]], now: datetime) -> dict[str, Depth]:
    rows = _of_pairs(LATER, pairs, now, _limit_of_one(pairs))
    return {reason: Depth(count=count, is_more=is_more) for reason, count, is_more in rows}


def _limit_of_one(pairs: Sequence[tuple[int, int]]) -> int:
    return max(LIMIT_OF_ALL // (len(pairs) or 1), LEAST_OF_ONE)


def _of_pairs(statement: str, pairs: Sequence[tuple[int, int]], now: datetime, limit: int) -> list[tuple[Any, ...]]:
    senders, campaigns = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return _rows(statement, senders=senders, campaigns=campaigns, now=now, limit=limit)


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Planned for these values: of any value the planner might think that it selects half of the table."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
