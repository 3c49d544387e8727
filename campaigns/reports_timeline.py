"""What happened to one person in one campaign, in order, each time with the rule or signal behind it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext

from campaigns import reports_entries as entries
from campaigns.models import Attempt, Contact, Enrolment, Event, Fate, Link, Message
from campaigns.models.messages import MessageStatus
from campaigns.pagination import page_of
from campaigns.reports_entries import Entry
from campaigns.reports_people_lines import state_of

# So many passages are told at once: more would be a page that nobody reads.
_AT_ONCE = 10


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A step that they came to, as it stands beside the others: the channel, and how far it has come, in words."""

    channel: str
    state: str
    is_success: bool


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A passage through a campaign, in order. `zone` is the contact's time zone, '' where nobody knows it."""

    enrolment: Enrolment
    state: str
    stops: tuple[Stop, ...]
    entries: tuple[Entry, ...]
    zone: str


@dataclass(frozen=True, kw_only=True)
class Passages:
    """Some passages of a person, and the cursors of the later and the earlier ones, "" where there are none."""

    timelines: Sequence[Timeline]
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What is kept of some passages: messages and events by enrolment, addresses of links by version and id."""

    messages: Mapping[int, Sequence[Message]]
    events: Mapping[int, Sequence[Event]]
    links: Mapping[int, Mapping[int, str]]


def timeline(enrolment: Enrolment) -> Timeline:
    """What happened to `enrolment`; load its campaign, contact and route with their segment beforehand."""
    return _timeline(enrolment, _kept([enrolment]))


def timelines_of(contact: Contact, *, cursor: str = "") -> Passages:
    """What happened to `contact` in some of their campaigns, the latest first, in a fixed number of queries."""
    rows = Enrolment.objects.filter(contact=contact).select_related("campaign", "contact", "route__segment")
    page = page_of(rows, cursor=cursor, size=_AT_ONCE)
    kept = _kept(page.rows)
    return Passages(
        timelines=[_timeline(enrolment, kept) for enrolment in page.rows],
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def _timeline(enrolment: Enrolment, kept: _Kept) -> Timeline:
    messages = kept.messages.get(enrolment.pk, ())
    # What happened in the same instant stays in the order in which it is told.
    told = sorted(_told(enrolment, messages, kept), key=lambda entry: entry.at)
    return Timeline(
        enrolment=enrolment,
        state=enrolment.get_outcome_display() or gettext("Still in the chain"),
        stops=tuple(
            Stop(channel=message.channel, state=state_of(message), is_success=message.fate == Fate.ENGAGED)
            for message in messages
        ),
        entries=tuple(told),
        zone=enrolment.contact.time_zone,
    )


def _told(enrolment: Enrolment, messages: Sequence[Message], kept: _Kept) -> Iterator[Entry]:
    events = _by_message(kept.events.get(enrolment.pk, ()))
    links = dict(kept.links.get(enrolment.version_id, {}))
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


def _by_message(events: Sequence[Event]) -> dict[int | None, list[Event]]:
    """The events by their messages; None is before any message."""
    found: defaultdict[int | None, list[Event]] = defaultdict(list)
    for event in events:
        found[event.message_id].append(event)
    return found


def _kept(enrolments: Sequence[Enrolment]) -> _Kept:
    ids = [enrolment.pk for enrolment in enrolments]
    attempts = Prefetch("attempts", Attempt.objects.select_related("address", "sender").order_by("pk"))
    rows = Message.objects.filter(enrolment__in=ids).select_related("step__sender")
    messages: defaultdict[int, list[Message]] = defaultdict(list)
    for message in rows.prefetch_related(attempts).order_by("step__position"):
        messages[message.enrolment_id].append(message)
    events: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(enrolment_id__in=ids).order_by("occurred_at", "id"):
        events[event.enrolment_id].append(event)
    links: defaultdict[int, dict[int, str]] = defaultdict(dict)
    versions = {enrolment.version_id for enrolment in enrolments}
    for version, pk, url in Link.objects.filter(version__in=versions).values_list("version", "pk", "url"):
        links[version][pk] = url
    return _Kept(messages=messages, events=events, links=links)
