"""What happened to one person in one campaign, in order, each time with the rule or signal behind it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext

from campaigns import reports_entries as entries
from campaigns.models import Attempt, Contact, Enrolment, Event, Link, Message
from campaigns.models.messages import MessageStatus
from campaigns.reports_entries import Entry

# A contact's page shows the latest passages whole; more would be a page that nobody reads.
_LATEST = 20


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A passage through a campaign, in order. `zone` is the contact's time zone, '' where nobody knows it."""

    enrolment: Enrolment
    state: str
    entries: tuple[Entry, ...]
    zone: str


def timeline(enrolment: Enrolment) -> Timeline:
    """What happened to `enrolment`; load its campaign, contact and route with their segment beforehand."""
    # What happened in the same instant stays in the order in which it is told.
    told = sorted(_told(enrolment), key=lambda entry: entry.at)
    return Timeline(
        enrolment=enrolment,
        state=enrolment.get_outcome_display() or gettext("Still in the chain"),
        entries=tuple(told),
        zone=enrolment.contact.time_zone,
    )


def timelines_of(contact: Contact) -> list[Timeline]:
    """What happened to `contact` in their latest campaigns, the latest first."""
    rows = Enrolment.objects.filter(contact=contact).select_related("campaign", "contact", "route__segment")
    return [timeline(enrolment) for enrolment in rows.order_by("-created_at", "-id")[:_LATEST]]


def _told(enrolment: Enrolment) -> Iterator[Entry]:
    messages = _messages(enrolment)
    events = _events(enrolment)
    links = dict(Link.objects.filter(version_id=enrolment.version_id).values_list("pk", "url"))
    yield entries.beginning(enrolment)
    for message in messages:
        yield from _of_message(message, [entries.of_event(event, links) for event in events.pop(message.pk, [])])
    yield from (entries.of_event(event, links) for rest in events.values() for event in rest)
    credit = next((message.step for message in messages if message.step.key == enrolment.credit_step_key), None)
    yield from entries.ending(enrolment, credit)


def _of_message(message: Message, events: Sequence[Entry]) -> Iterator[Entry]:
    """A step from its beginning to its fate; one that was skipped before it was queued is told in one entry."""
    if message.status != MessageStatus.SKIPPED or message.queued_at:
        yield entries.coming(message)
    for attempt in message.attempts.all():
        yield from entries.of_attempt(attempt)
    yield from events
    if message.fate:
        yield entries.fate(message)


def _messages(enrolment: Enrolment) -> list[Message]:
    attempts = Prefetch("attempts", Attempt.objects.select_related("address", "sender").order_by("pk"))
    rows = Message.objects.filter(enrolment=enrolment).select_related("step__sender")
    return list(rows.prefetch_related(attempts).order_by("step__position"))


def _events(enrolment: Enrolment) -> dict[int | None, list[Event]]:
    """The events by their messages; None is before any message."""
    found: defaultdict[int | None, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(enrolment_id=enrolment.pk).order_by("occurred_at", "id"):
        found[event.message_id].append(event)
    return found
