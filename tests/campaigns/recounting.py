"""The counters once more, from the rows and from the events that they tell of: all must say the same (DESIGN §3.10)."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import waiting_counter
from campaigns.models import Campaign, Enrolment, Event, Message
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus
from campaigns.reports_counts import read_counts
from campaigns.reports_people import Question, enrolments_behind, messages_behind
from channels.events import EventType

# Route, step key ('' for the route as a whole), counter.
Counted = tuple[int, str, str]
Figures = dict[Counted, Decimal]

FATES = {Fate.ENGAGED: Counter.ENGAGED, Fate.ADVANCED: Counter.ADVANCED, Fate.ENDED: Counter.ENDED}
# The columns that hold the first time of something, and what counts the messages that have it.
FIRST_TIMES = {
    "accepted_at": Counter.ACCEPTED,
    "failed_at": Counter.FAILED,
    "delivered_at": Counter.DELIVERED,
    "opened_at": Counter.OPENED,
    "clicked_at": Counter.CLICKED,
    "replied_at": Counter.REPLIED,
    "answered_at": Counter.ANSWERED,
    "goal_at": Counter.GOAL,
    "opted_out_at": Counter.OPTED_OUT,
    "machine_opened_at": Counter.MACHINE_OPENED,
    "machine_clicked_at": Counter.MACHINE_CLICKED,
}
# What only an event can bring about, so that the events alone tell how many messages it happened to: people's, and
# machines' (Counter.OPTED_OUT is not among them: who unsubscribes on our page leaves no event).
TOLD = {
    EventType.DELIVERED: Counter.DELIVERED,
    EventType.OPENED: Counter.OPENED,
    EventType.CLICKED: Counter.CLICKED,
    EventType.REPLIED: Counter.REPLIED,
    EventType.ANSWERED: Counter.ANSWERED,
    EventType.GOAL: Counter.GOAL,
}
TOLD_OF_MACHINES = {
    EventType.OPENED: Counter.MACHINE_OPENED,
    EventType.CLICKED: Counter.MACHINE_CLICKED,
}


def differences(campaign_id: int) -> list[str]:
    """Where the counters of a campaign differ from a recount, each as a sentence; empty when they are right.

    What happened to messages is recounted twice: from their rows, and from the events.
    """
    counted = _counted(campaign_id)
    told = {*TOLD.values(), *TOLD_OF_MACHINES.values()}
    counted_of_told = {place: value for place, value in counted.items() if place[2] in told}
    return [
        *_compared(counted, _recounted(campaign_id), source="the rows"),
        *_compared(counted_of_told, _first_times_told(campaign_id), source="the events"),
    ]


def count_behind(question: Question) -> int:
    """How many rows a figure counts, row by row."""
    return (messages_behind if question.is_about_messages else enrolments_behind)(question).count()


def _compared(counted: Figures, recounted: Figures, *, source: str) -> Iterator[str]:
    for place in sorted(counted.keys() | recounted.keys()):
        route, key, counter = place
        was, is_now = counted.get(place, 0), recounted.get(place, 0)
        if was != is_now:
            yield f"route {route}, step {key or '-'}: {counter} is {was}, recounted from {source} {is_now}"


def _counted(campaign_id: int) -> Figures:
    places = read_counts([campaign_id])[campaign_id].places
    return {
        (route_id, key, counter): value
        for (route_id, key), counts in places.items()
        for counter, value in counts.values.items()
    }


def _recounted(campaign_id: int) -> Figures:
    sums: Figures = defaultdict(Decimal)
    for place, value in [*_of_messages(campaign_id), *_of_events(campaign_id), *_of_enrolments(campaign_id)]:
        sums[place] += value
    return sums


def _of_messages(campaign_id: int) -> Iterator[tuple[Counted, Decimal]]:
    rows = Message.objects.filter(campaign_id=campaign_id).values(
        "enrolment__route_id", "step__key", "status", "fate", "skip_reason", "hold_reason", "cost", *FIRST_TIMES
    )
    for row in rows:
        for counter in _counters_of(row):
            yield (row["enrolment__route_id"], row["step__key"], counter), Decimal(1)
        yield (row["enrolment__route_id"], row["step__key"], Counter.COST), row["cost"]


def _counters_of(row: dict[str, Any]) -> Iterator[str]:
    """What a message is counted in."""
    yield Counter.CAME
    if row["fate"] == Fate.SKIPPED:
        yield counters.skipped(row["skip_reason"])
    elif row["fate"]:
        yield FATES[Fate(row["fate"])]
    elif waiting := waiting_counter(row["status"], row["hold_reason"]):
        yield waiting
    if row["status"] == MessageStatus.UNKNOWN:
        yield Counter.UNKNOWN
    yield from (counter for column, counter in FIRST_TIMES.items() if row[column])


def _first_times_told(campaign_id: int) -> Figures:
    """How many messages each of TOLD happened to, as their events tell, each message once."""
    places = _places(campaign_id)
    do_machines_count = Campaign.objects.values_list("do_machine_signals_count", flat=True).get(pk=campaign_id)
    told = Event.objects.filter(campaign_id=campaign_id, message_id__isnull=False)
    happened = set()
    for message_id, event_type, is_machine in told.values_list("message_id", "type", "is_machine"):
        names = TOLD_OF_MACHINES if is_machine and not do_machines_count else TOLD
        if counter := names.get(EventType(event_type)):
            happened.add((message_id, counter))
    tally = Tally((*places[message_id], str(counter)) for message_id, counter in happened)
    return {place: Decimal(count) for place, count in tally.items()}


def _places(campaign_id: int) -> dict[int | None, tuple[int, str]]:
    """Route and step key of each message."""
    rows = Message.objects.filter(campaign_id=campaign_id).values_list("id", "enrolment__route_id", "step__key")
    return {row[0]: row[1:] for row in rows}


def _of_events(campaign_id: int) -> Iterator[tuple[Counted, Decimal]]:
    places = _places(campaign_id)
    told = Event.objects.filter(campaign_id=campaign_id, message_id__isnull=False)
    for message_id, event_type in told.values_list("message_id", "type"):
        yield (*places[message_id], counters.events(event_type)), Decimal(1)


def _of_enrolments(campaign_id: int) -> Iterator[tuple[Counted, Decimal]]:
    acted = set(Message.objects.filter(campaign_id=campaign_id, fate=Fate.ENGAGED).values_list("enrolment", flat=True))
    rows = Enrolment.objects.filter(campaign_id=campaign_id).values_list(
        "id", "route_id", "outcome", "credit_step_key", "is_late", "engaged_late_at"
    )
    for pk, route_id, outcome, credit, is_late, engaged_late_at in rows:
        is_engaged = outcome == Outcome.ENGAGED
        found = {
            (route_id, "", Counter.AUDIENCE): True,
            (route_id, "", Counter.ENGAGED): is_engaged and pk not in acted,
            (route_id, "", Counter.ENGAGED_AFTER_END): engaged_late_at is not None,
            (route_id, credit, Counter.CREDIT): is_engaged,
            (route_id, credit, Counter.LATE): is_engaged and is_late,
        }
        yield from ((place, Decimal(1)) for place, is_so in found.items() if is_so)
        if outcome:
            yield (route_id, "", counters.outcome(outcome)), Decimal(1)
