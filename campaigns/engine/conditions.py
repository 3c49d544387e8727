"""When a step has succeeded (DESIGN §3.6): what implies what, and nothing else."""

from collections.abc import Set as AbstractSet

from campaigns.models.cascades import Condition
from channels.events import EventType

SATISFIED_BY: dict[str, frozenset[str]] = {
    Condition.DELIVERED: frozenset({"delivered", "opened", "clicked", "replied", "answered", "goal"}),
    Condition.OPENED: frozenset({"opened", "clicked", "replied", "answered", "goal"}),
    Condition.CLICKED: frozenset({"clicked", "replied", "goal"}),
    Condition.REPLIED: frozenset({"replied", "goal"}),
    Condition.ANSWERED: frozenset({"answered", "goal"}),
    Condition.GOAL: frozenset({"goal"}),
}

# For people who may not be tracked: what a vendor itself may report, strongest first, below the asked one.
_WEAKER: dict[str, tuple[str, ...]] = {
    Condition.CLICKED: (Condition.CLICKED, Condition.OPENED, Condition.DELIVERED),
    Condition.OPENED: (Condition.OPENED, Condition.DELIVERED),
}


def is_satisfied(condition: str, happened: AbstractSet[str]) -> bool:
    """Has what `happened` to a message (EventType values) met its step's `condition`?"""
    return not SATISFIED_BY[condition].isdisjoint(happened)


def effective_condition(condition: str, *, is_trackable: bool, reported: AbstractSet[str]) -> str | None:
    """The condition by which a person is judged.

    Someone who may not be tracked has no tracked links and no pixel: the strongest condition, no
    stronger than the asked one, among those the vendor reports by itself (`reported`, EventType
    values). None where there is none: the campaign says what happens then.
    """
    if is_trackable or condition not in _WEAKER:
        return condition
    return next((weaker for weaker in _WEAKER[condition] if weaker in reported), None)


SUCCESS_EVENTS = frozenset(
    {
        EventType.DELIVERED,
        EventType.OPENED,
        EventType.CLICKED,
        EventType.REPLIED,
        EventType.ANSWERED,
        EventType.GOAL,
    }
)
