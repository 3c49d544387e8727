"""Judges the requests to tracked links and pixels, and records what they were."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from campaigns.engine.happenings import Happening
from campaigns.engine.recording import record_happenings
from campaigns.models import Attempt, Hit, Link
from campaigns.signals_policy import TRAP, Signal, SignalKind, Verdict, classify
from channels.events import EventType
from channels.kinds import Channel

BATCH = 500
# A hidden link followed is a click that no person made.
EVENT_TYPES = {
    Hit.Kind.CLICK: EventType.CLICKED,
    Hit.Kind.OPEN: EventType.OPENED,
    Hit.Kind.TRAP: EventType.CLICKED,
}


@transaction.atomic
def drain(now: datetime, *, limit: int = BATCH) -> int:
    """Judge up to `limit` hits that can be decided at `now`; gives how many were looked at.

    1. Lock the due ones, skipping those that another worker has.
    2. Judge each by itself and by the other hits of its message.
    3. Put the undecided off; record the others as events, which may stop cascades.
    """
    due = list(
        Hit.objects.filter(is_machine=None, decide_at__lte=now)
        .select_related("attempt__message")
        .order_by("decide_at", "id")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    others = _others(due)
    links = _link_counts(due)
    happenings: list[Happening] = []
    for hit in due:
        verdict = _judge(hit, others[hit.attempt.message_id], links).settled(now)
        if verdict.until:
            hit.decide_at = verdict.until
        else:
            hit.is_machine = verdict.rule is not None
            hit.machine_rule = verdict.rule or ""
            happenings.append(_happening(hit))
    Hit.objects.bulk_update(due, ["decide_at", "is_machine", "machine_rule"])
    record_happenings(happenings, now=now)
    return len(due)


def _judge(hit: Hit, of_message: Sequence[Hit], links: Mapping[int, int]) -> Verdict:
    message = hit.attempt.message
    return classify(
        _signal(hit),
        [_signal(other) for other in of_message if other.pk != hit.pk and abs(other.at - hit.at) <= TRAP],
        accepted_at=message.accepted_at or hit.attempt.sending_at,
        sends_many_links=links[hit.attempt_id] > 1,
        is_mail=message.channel == Channel.EMAIL,
    )


def _signal(hit: Hit) -> Signal:
    return Signal(
        kind=SignalKind(hit.kind),
        at=hit.at,
        link=hit.link_id,
        method=hit.method,
        user_agent=hit.user_agent,
    )


def _others(due: Iterable[Hit]) -> dict[int, list[Hit]]:
    """All hits of the messages, by message."""
    found: dict[int, list[Hit]] = defaultdict(list)
    messages = {hit.attempt.message_id for hit in due}
    for hit in Hit.objects.filter(attempt__message_id__in=messages).select_related("attempt"):
        found[hit.attempt.message_id].append(hit)
    return found


def _link_counts(due: Iterable[Hit]) -> dict[int, int]:
    """How many tracked links the version of each attempt has."""
    attempts = dict(
        Attempt.objects.filter(pk__in={hit.attempt_id for hit in due}).values_list(
            "pk", "message__enrolment__version_id"
        )
    )
    counts = dict(
        Link.objects.filter(version_id__in=set(attempts.values())).values_list("version_id").annotate(Count("id"))
    )
    return {attempt_id: counts.get(version_id, 0) for attempt_id, version_id in attempts.items()}


def _happening(hit: Hit) -> Happening:
    return Happening(
        type=EVENT_TYPES[Hit.Kind(hit.kind)],
        enrolment_id=hit.attempt.message.enrolment_id,
        message_id=hit.attempt.message_id,
        attempt_id=hit.attempt_id,
        link_id=hit.link_id,
        dedupe_key=f"hit:{hit.pk}",
        occurred_at=hit.at,
        is_machine=bool(hit.is_machine),
        machine_rule=hit.machine_rule,
        details={"user_agent": hit.user_agent} if hit.user_agent else {},
    )
