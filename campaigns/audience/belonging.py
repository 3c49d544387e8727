"""Which segments a contact belongs to now, looked for among some of them at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from campaigns.audience.rules import InvalidRule, as_q, parse
from campaigns.models import Contact, Segment
from campaigns.routing import today

# To ask about one takes 2 ms of the processor, most of it to write the question: about ten thousand, half a minute.
STRETCH = 200
# One statement asks about so many: each of them may look into several tables.
_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """Those of a stretch of segments, by name, that select a contact; the first stretch holds the newest.

    `goes_on_before` is the id before which the next stretch begins, None where there is none; then so many of
    `segment_count` segments are `looked_through`.
    """

    segments: Sequence[Segment]
    is_first: bool
    goes_on_before: int | None = None
    looked_through: int = 0
    segment_count: int = 0


def belonging_of(contact: Contact, *, before: int | None = None) -> Belonging:
    """What the newest segments, or those older than the one with the id `before`, say of `contact` today.

    Archived ones and those whose rule can no longer be read are left out.
    """
    present = Segment.objects.present()
    older = present.order_by("-pk") if before is None else present.filter(pk__lt=before).order_by("-pk")
    found = list(older[: STRETCH + 1])
    segments, now = found[:STRETCH], today()
    belonging = [
        segment
        for first in range(0, len(segments), _AT_ONCE)
        for segment in _those_of(contact, segments[first : first + _AT_ONCE], today=now)
    ]
    belonging.sort(key=lambda segment: segment.name)
    if len(found) <= STRETCH:
        return Belonging(segments=belonging, is_first=before is None)
    last = segments[-1].pk
    counted = present.aggregate(all=Count("pk"), looked_through=Count("pk", filter=Q(pk__gte=last)))
    return Belonging(
        segments=belonging,
        is_first=before is None,
        goes_on_before=last,
        looked_through=counted["looked_through"],
        segment_count=counted["all"],
    )


def _those_of(contact: Contact, segments: Sequence[Segment], *, today: date) -> Sequence[Segment]:
    rules = {f"in_{segment.pk}": rule for segment in segments if (rule := _rule(segment, today=today)) is not None}
    asked = Contact.objects.present().filter(pk=contact.pk).annotate(**rules).values(*rules)
    answers = (asked.first() if rules else None) or {}
    return [segment for segment in segments if answers.get(f"in_{segment.pk}")]


def _rule(segment: Segment, *, today: date) -> Q | None:
    try:
        return as_q(parse(segment.rule), today=today)
    except InvalidRule:
        return None
