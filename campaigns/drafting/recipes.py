"""Recipes: chains that have proved themselves, a few lines each. campaigns/drafting/following.py makes the steps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Condition
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class RecipeStep:
    """A step on the first of `channels` that has a sender, or without one on the first of them.

    `until` is what it waits for, where the channel reports that; else what is usual there. `wait` None is the usual
    time. An optional step is left out while no sender is there for it.
    """

    channels: tuple[Channel, ...]
    wait: timedelta | None = None
    until: Condition | None = None
    is_waking_time: bool = False
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True)
class SegmentPlan:
    """Whom a recipe is for: the segment with this `rule`, made as `name` where there is none yet."""

    name: str | Promise
    rule: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A chain to start from. With a `segment` it fills a route of its own."""

    key: str
    name: str | Promise
    purpose: str | Promise
    steps: Sequence[RecipeStep]
    is_by_price: bool = False
    segment: SegmentPlan | None = None

    def chosen(self, able: Collection[str]) -> list[tuple[RecipeStep, Channel]]:
        """The steps with their channels, given those that are `able` to send."""
        found = [(step, next((one for one in step.channels if one in able), None)) for step in self.steps]
        return [(step, one or step.channels[0]) for step, one in found if one or not step.is_optional]

    def lacking(self, able: Collection[str]) -> list[Channel]:
        """The channels of its steps that have no sender yet."""
        return [channel for _step, channel in self.chosen(able) if channel not in able]


def _step(*channels: Channel, **choices: Any) -> RecipeStep:
    return RecipeStep(channels=channels, **choices)


def _optional(*channels: Channel, **choices: Any) -> RecipeStep:
    return RecipeStep(channels=channels, is_optional=True, **choices)


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MESSENGERS = (Channel.TELEGRAM, Channel.INSTAGRAM, Channel.VK, Channel.MESSENGER, Channel.VIBER, Channel.WHATSAPP)
_BY_LINK = {"wait": 4 * _HOUR, "until": Condition.CLICKED, "is_waking_time": True}
_BY_READING = {"wait": _DAY, "until": Condition.OPENED}
_BY_CALL = {"wait": _DAY, "until": Condition.ANSWERED}
_BY_GOAL = {"wait": _DAY, "until": Condition.GOAL}

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        key="sms-call",
        name=_("SMS + call"),
        purpose=_("A short text first; whoever does not follow the link is called."),
        steps=(_step(Channel.SMS, **_BY_LINK), _step(Channel.VOICE, Channel.CALL_TASK, **_BY_CALL)),
    ),
    Recipe(
        key="sms-viber",
        name=_("SMS + Viber"),
        purpose=_("A short text first, then a message with picture and button."),
        steps=(_step(Channel.SMS, **_BY_LINK), _step(Channel.VIBER, **_BY_READING)),
    ),
    Recipe(
        key="sms-whatsapp",
        name=_("SMS + WhatsApp"),
        purpose=_("A short text first, then the messenger that most of the world reads."),
        steps=(_step(Channel.SMS, **_BY_LINK), _step(Channel.WHATSAPP, **_BY_READING)),
    ),
    Recipe(
        key="cheapest-first",
        name=_("Cheapest first"),
        purpose=_("Every channel that you can send on, from the cheapest to the dearest."),
        steps=tuple(_optional(channel) for channel in Channel),
        is_by_price=True,
    ),
    Recipe(
        key="young",
        name=_("18–25: messengers and social first"),
        purpose=_("A route of its own for people of 18 to 25: messengers and social networks, and SMS at the end."),
        steps=(*(_optional(channel, wait=4 * _HOUR) for channel in _MESSENGERS), _step(Channel.SMS, **_BY_LINK)),
        segment=SegmentPlan(
            name=_("18 to 25"),
            rule={"op": "all", "rules": [{"field": "age", "is": "between", "value": [18, 25]}]},
        ),
    ),
    Recipe(
        key="payment",
        name=_("Payment reminder"),
        purpose=_("Reminds once a day, and stops when your system reports the payment as the goal."),
        steps=(
            _optional(Channel.EMAIL, **_BY_GOAL),
            _step(Channel.SMS, **_BY_GOAL),
            _optional(Channel.CALL_TASK, Channel.VOICE, **_BY_GOAL),
        ),
    ),
    Recipe(
        key="win-back",
        name=_("Win-back"),
        purpose=_("Patient and cheap at first, for people who have not bought for long."),
        steps=(
            _optional(Channel.PUSH, wait=_DAY, until=Condition.CLICKED),
            _step(Channel.EMAIL, wait=2 * _DAY, until=Condition.CLICKED),
            _optional(Channel.VIBER, Channel.WHATSAPP, Channel.TELEGRAM, wait=2 * _DAY, until=Condition.CLICKED),
            _step(Channel.SMS, wait=2 * _DAY, until=Condition.CLICKED),
        ),
    ),
)


def find_recipe(key: str) -> Recipe | None:
    """The recipe called `key`."""
    return next((recipe for recipe in RECIPES if recipe.key == key), None)
