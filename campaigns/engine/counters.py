"""The counters that the figures are made of (DESIGN §3.10).

Each stands in StepStats and StepDelta under its value. Those of a step carry its key; those of the
whole campaign carry ''. People are counted the first time per message; events have counters of their own.
"""

from enum import StrEnum

from campaigns.models.enrolments import Outcome
from campaigns.models.messages import SkipReason
from channels.events import EventType


class Counter(StrEnum):
    """What is counted."""

    # --- Of a step: its fate. entered = came - all skipped; waiting = entered - engaged - advanced - ended.
    CAME = "came"
    ENGAGED = "engaged"
    ADVANCED = "advanced"
    ENDED = "ended"
    # --- Of a step: where its waiting people are; these go up and down and sum to waiting.
    NOW_QUEUED = "now_queued"
    NOW_HELD = "now_held"
    NOW_CLAIMED = "now_claimed"
    NOW_SENDING = "now_sending"
    NOW_ACCEPTED = "now_accepted"
    NOW_UNKNOWN = "now_unknown"
    # --- Of a step: what its messages came to, whatever became of the enrolment.
    ACCEPTED = "accepted"
    FAILED = "failed"
    # Goes down again when an event proves that the vendor has it.
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    ANSWERED = "answered"
    GOAL = "goal"
    OPTED_OUT = "opted_out"
    MACHINE_OPENED = "machine_opened"
    MACHINE_CLICKED = "machine_clicked"
    # In the reporting currency: reserved when sent, settled by the receipt.
    COST = "cost"
    # --- Of the step acted upon, or of '' before any message: sums to the campaign's engaged.
    CREDIT = "credit"
    # Of these, by a step that was no longer current.
    LATE = "late"
    # --- Of the campaign ('').
    AUDIENCE = "audience"
    ENGAGED_AFTER_END = "engaged_after_end"
    # How often somebody could not be decided about, for an error of ours.
    UNDECIDED = "undecided"


def skipped(reason: SkipReason | str) -> str:
    """The counter of a step's skips for `reason`."""
    return f"skipped_{SkipReason(reason)}"


def outcome(value: Outcome | str) -> str:
    """The counter of a campaign's enrolments that ended as `value`."""
    return f"outcome_{Outcome(value)}"


def events(event_type: EventType | str) -> str:
    """The counter of a step's events of `event_type`, each told once, machines included."""
    return f"event_{EventType(event_type)}"


SKIPPED = tuple(skipped(reason) for reason in SkipReason)
OUTCOMES = tuple(outcome(value) for value in Outcome)
WAITING = (
    Counter.NOW_QUEUED,
    Counter.NOW_HELD,
    Counter.NOW_CLAIMED,
    Counter.NOW_SENDING,
    Counter.NOW_ACCEPTED,
    Counter.NOW_UNKNOWN,
)
