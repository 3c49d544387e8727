"""Goals: what a campaign is for has happened, and somebody else's system says so."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from campaigns.engine import clock
from campaigns.engine.happenings import Happening
from campaigns.engine.recording import record_happenings
from campaigns.models import Message
from channels.events import EventType


def record_goal(
    *,
    enrolment_ids: Sequence[int],
    name: str,
    occurred_at: datetime | None,
    dedupe_key: str,
    message_id: int | None = None,
) -> int:
    """The goal `name` was reached by the people of `enrolment_ids`; it stops their cascades.

    Credit goes to `message_id`, else to each one's last accepted message, else to none ("before any
    message"). `dedupe_key` makes the same report count once. Gives how many were new.
    """
    now = clock.now()
    last_accepted = _last_accepted(enrolment_ids)
    happenings = [
        Happening(
            type=EventType.GOAL,
            enrolment_id=enrolment_id,
            message_id=message_id or last_accepted.get(enrolment_id),
            dedupe_key=f"goal:{dedupe_key}"[:64],
            occurred_at=occurred_at or now,
            details={"name": name},
        )
        for enrolment_id in enrolment_ids
    ]
    return record_happenings(happenings, now=now)


def _last_accepted(enrolment_ids: Sequence[int]) -> dict[int, int]:
    rows = (
        Message.objects.filter(enrolment_id__in=enrolment_ids, accepted_at__isnull=False)
        .order_by(F("accepted_at").asc(), "id")
        .values_list("enrolment_id", "id")
    )
    return dict(rows)
