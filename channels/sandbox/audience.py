"""What the simulated people will do with a message: decided at once, from the seed and the message's key alone."""

import random
from dataclasses import dataclass

from channels.sandbox.preferences import Behaviour, Preferences
from channels.sandbox.vocabulary import (
    ANSWER_BACK,
    ANSWERS,
    CLICK,
    COMPLAIN,
    DELIVER,
    EXPIRE,
    FAIL,
    LET_RING,
    MACHINE,
    ONE_CLICK,
    OPEN,
    PICK_UP,
    SCAN,
    STOP,
    STOP_ANSWERS,
)

# The network takes that long where nothing else is said.
UNPLAYED_DELIVERY_SECONDS = 0.5
# A scanner is quick whatever the time factor: that is how it is recognised.
SCANNER_SECONDS = (0.2, 1.5)
# A fixed order, so that changing one chance changes nothing else that people do.
DRAWN = ("delivered", "scanned", "opened", "clicked", "replied", "opted_out", "complained", "picked_up", "voicemail")
CALLS = frozenset({"voice", "call_task"})


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One gesture, `after` so many seconds from acceptance; `value` is the text of a reply or the number of a link."""

    after: float
    gesture: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Whether a behaviour happens to this message, and how long after what comes before it."""

    happens: bool
    seconds: float


def plan(
    *, key: str, channel: str, address: str, language: str, validity: float | None, preferences: Preferences
) -> list[Planned]:
    """Everything that will happen to the message `key`, unless somebody's hand comes first.

    `validity` is in seconds. With the audience off, and for addresses left to a hand, only the network works.
    """
    if not preferences.is_on or address in preferences.by_hand:
        return [] if channel in CALLS else [Planned(after=UNPLAYED_DELIVERY_SECONDS, gesture=DELIVER)]
    drawn = _drawn(key, channel, preferences)
    if channel in CALLS:
        return [_call(drawn)]
    delivery = drawn["delivered"]
    if validity is not None and delivery.seconds > validity:
        return [Planned(after=validity, gesture=EXPIRE)]
    if not delivery.happens:
        return [Planned(after=delivery.seconds, gesture=FAIL)]
    return [Planned(after=delivery.seconds, gesture=DELIVER), *_reactions(drawn, language, channel=channel)]


def _drawn(key: str, channel: str, preferences: Preferences) -> dict[str, Draw]:
    chances = preferences.behaviours[channel]
    source = random.Random(f"{preferences.seed}:{key}")  # noqa: S311  people are to be repeatable, not unguessable
    drawn: dict[str, Draw] = {}
    for name in DRAWN:
        luck, spread = source.random(), source.uniform(0.4, 1.9)
        # Channels that report no delivery deliver all the same.
        behaviour = chances.get(name) or Behaviour(chance=float(name == "delivered"), seconds=0.3)
        seconds = spread * behaviour.seconds / preferences.time_factor
        drawn[name] = Draw(happens=luck < behaviour.chance, seconds=seconds)
    if drawn["scanned"].happens:
        drawn["scanned"] = Draw(happens=True, seconds=source.uniform(*SCANNER_SECONDS))
    return drawn


def _call(drawn: dict[str, Draw]) -> Planned:
    if drawn["picked_up"].happens:
        return Planned(after=drawn["picked_up"].seconds, gesture=PICK_UP)
    if drawn["voicemail"].happens:
        return Planned(after=drawn["voicemail"].seconds, gesture=MACHINE)
    return Planned(after=drawn["picked_up"].seconds * 2, gesture=LET_RING)


def _reactions(drawn: dict[str, Draw], language: str, *, channel: str) -> list[Planned]:
    """What comes after delivery: nobody follows a link in a message that they did not open, where opening exists."""
    begins = drawn["delivered"].seconds
    reactions = []
    if drawn["scanned"].happens:
        reactions.append(Planned(after=begins + drawn["scanned"].seconds, gesture=SCAN))
    can_open = channel not in {"sms", "push", "telegram"}
    if can_open and not drawn["opened"].happens:
        return reactions
    if can_open:
        begins += drawn["opened"].seconds
        reactions.append(Planned(after=begins, gesture=OPEN))
    said = {
        "replied": ANSWERS.get(language, ANSWERS["en"]),
        "opted_out": STOP_ANSWERS.get(language, STOP_ANSWERS["en"]),
    }
    leaving = ONE_CLICK if channel == "email" else STOP
    for name, gesture in (
        ("clicked", CLICK),
        ("replied", ANSWER_BACK),
        ("opted_out", leaving),
        ("complained", COMPLAIN),
    ):
        if drawn[name].happens:
            reactions.append(Planned(after=begins + drawn[name].seconds, gesture=gesture, value=said.get(name, "")))
    return reactions
