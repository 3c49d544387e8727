"""Which segments a contact belongs to now."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from campaigns.audience.rules import InvalidRule, as_q, parse
from campaigns.models import Contact, Segment
from campaigns.routing import today

# One statement asks about so many: each of them may look into several tables.
_AT_ONCE = 50


def segments_of(contact: Contact) -> Sequence[Segment]:
    """The segments, by name, whose rule selects `contact` today; archived ones and unreadable rules aside."""
    segments, now = list(Segment.objects.present()), today()
    return [
        segment
        for first in range(0, len(segments), _AT_ONCE)
        for segment in _belonging(contact, segments[first : first + _AT_ONCE], today=now)
    ]


def _belonging(contact: Contact, segments: Sequence[Segment], *, today: date) -> Sequence[Segment]:
    rules = {f"in_{segment.pk}": rule for segment in segments if (rule := _rule(segment, today=today)) is not None}
    asked = Contact.objects.present().filter(pk=contact.pk).annotate(**rules).values(*rules)
    answers = (asked.first() if rules else None) or {}
    return [segment for segment in segments if answers.get(f"in_{segment.pk}")]


def _rule(segment: Segment, *, today: date) -> Q | None:
    try:
        return as_q(parse(segment.rule), today=today)
    except InvalidRule:
        return None
