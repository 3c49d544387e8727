"""The counters once more, from the rows and events that they tell of: both must say the same (DESIGN §3.10)."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import waiting_counter
from campaigns.models import Enrolment, Event, Message
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus
from campaigns.reports_counts import read_counts
from campaigns.reports_people import Question, enrolments_behind, messages_behind

# Route, step key ('' for the route as a whole), counter.
Counted = tuple[int, str, str]

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


def differences(campaign_id: int) -> list[str]:
    """Where the counters of a campaign differ from a recount, each as a sentence; empty when they are right."""
    counted, recounted = _counted(campaign_id), _recounted(campaign_id)
    return [
        f"route {route}, step {key or '-'}: {counter} is {counted.get(place, 0)}, recounted {recounted.get(place, 0)}"
        for place in sorted(counted.keys() | recounted.keys())
        if counted.get(place, 0) != recounted.get(place, 0)
        for route, key, counter in [place]
    ]


def count_behind(question: Question) -> int:
    """How many rows a figure counts, row by row."""
    return (messages_behind if question.is_about_messages else enrolments_behind)(question).count()


def _counted(campaign_id: int) -> dict[Counted, Decimal]:
    places = read_counts([campaign_id])[campaign_id].places
    return {
        (route_id, key, counter): value
        for (route_id, key), counts in places.items()
        for counter, value in counts.values.items()
    }


def _recounted(campaign_id: int) -> dict[Counted, Decimal]:
    sums: dict[Counted, Decimal] = defaultdict(Decimal)
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


def _of_events(campaign_id: int) -> Iterator[tuple[Counted, Decimal]]:
    messages = Message.objects.filter(campaign_id=campaign_id)
    places: dict[int | None, tuple[int, str]] = {
        row[0]: row[1:] for row in messages.values_list("id", "enrolment__route_id", "step__key")
    }
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
