"""Judges the requests to tracked links and pixels, and records what they were."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from campaigns.engine.happenings import Happening
from campaigns.engine.recording import record_happenings
from campaigns.engine.routes import Load
from campaigns.models import Hit, Link
from campaigns.signals_policy import TRAP, Signal, SignalKind, Verdict, classify
from channels.events import EventType
from channels.kinds import Channel
from channels.rows import array, run, texts

BATCH = 500
# A hidden link followed is a click that no person made.
EVENT_TYPES = {
    Hit.Kind.CLICK: EventType.CLICKED,
    Hit.Kind.OPEN: EventType.OPENED,
    Hit.Kind.TRAP: EventType.CLICKED,
}

CLAIM = """
SELECT h.id, h.kind, h.at, h.link_id, h.method, h.user_agent, h.attempt_id, a.message_id, m.enrolment_id, e.version_id,
    m.channel, COALESCE(m.accepted_at, a.sending_at)
FROM campaigns_hit h
JOIN campaigns_attempt a ON a.id = h.attempt_id
JOIN campaigns_message m ON m.id = a.message_id
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
WHERE h.is_machine IS NULL AND h.decide_at <= %s
ORDER BY h.decide_at, h.id LIMIT %s FOR UPDATE OF h SKIP LOCKED
"""
OF_MESSAGES = """
SELECT a.message_id, h.id, h.kind, h.at, h.link_id, h.method, h.user_agent
FROM campaigns_attempt a JOIN campaigns_hit h ON h.attempt_id = a.id
WHERE a.message_id = ANY(%s::bigint[])
"""
JUDGE = """
UPDATE campaigns_hit h SET decide_at = g.decide_at, is_machine = g.is_machine, machine_rule = g.machine_rule
FROM unnest(%s::bigint[], %s::timestamptz[], %s::boolean[], %s::text[]) AS g (id, decide_at, is_machine, machine_rule)
WHERE h.id = g.id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A hit that can be judged, and the message that it is about."""

    pk: int
    signal: Signal
    attempt_id: int
    message_id: int
    enrolment_id: int
    version_id: int
    channel: str
    accepted_at: datetime


@transaction.atomic
def drain(now: datetime, *, limit: int = BATCH, load: Load) -> int:
    """Judge up to `limit` hits that can be decided at `now`; gives how many were looked at.

    1. Lock the due ones, skipping those that another worker has.
    2. Judge each by itself and by the other hits of its message.
    3. Put the undecided off; record the others as events, which may stop cascades.
    """
    due = [Due(row[0], _signal(row[1:6]), *row[6:]) for row in run(CLAIM, [now, limit])]
    if not due:
        return 0
    others = _others(due)
    links = _link_counts(due)
    judged = [(hit, _judge(hit, others[hit.message_id], links).settled(now)) for hit in due]
    run(
        JUDGE,
        [
            array(hit.pk for hit, _ in judged),
            array((verdict.until or hit.signal.at).isoformat() for hit, verdict in judged),
            array(verdict.is_machine for _, verdict in judged),
            texts(verdict.rule or "" for _, verdict in judged),
        ],
    )
    record_happenings([_happening(hit, verdict) for hit, verdict in judged if not verdict.until], now=now, load=load)
    return len(due)


def _signal(told: Sequence[Any]) -> Signal:
    kind, at, link_id, method, user_agent = told
    return Signal(kind=SignalKind(kind), at=at, link=link_id, method=method, user_agent=user_agent)


def _judge(hit: Due, of_message: Mapping[int, Signal], links: Mapping[int, int]) -> Verdict:
    near = [other for pk, other in of_message.items() if pk != hit.pk and abs(other.at - hit.signal.at) <= TRAP]
    return classify(
        hit.signal,
        near,
        accepted_at=hit.accepted_at,
        sends_many_links=links.get(hit.version_id, 0) > 1,
        is_mail=hit.channel == Channel.EMAIL,
    )


def _others(due: Iterable[Due]) -> dict[int, dict[int, Signal]]:
    """All hits of the messages, by message and id."""
    found: dict[int, dict[int, Signal]] = defaultdict(dict)
    for message_id, pk, *told in run(OF_MESSAGES, [array({hit.message_id for hit in due})]):
        found[message_id][pk] = _signal(told)
    return found


def _link_counts(due: Sequence[Due]) -> dict[int, int]:
    """How many tracked links each version has."""
    versions = {hit.version_id for hit in due}
    return dict(Link.objects.filter(version_id__in=versions).values_list("version_id").annotate(Count("id")))


def _happening(hit: Due, verdict: Verdict) -> Happening:
    agent = hit.signal.user_agent
    return Happening(
        type=EVENT_TYPES[Hit.Kind(hit.signal.kind)],
        enrolment_id=hit.enrolment_id,
        message_id=hit.message_id,
        attempt_id=hit.attempt_id,
        link_id=hit.signal.link,
        dedupe_key=f"hit:{hit.pk}",
        occurred_at=hit.signal.at,
        is_machine=verdict.rule is not None,
        machine_rule=verdict.rule or "",
        details={"user_agent": agent} if agent else {},
    )
