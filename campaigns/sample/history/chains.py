"""The chains of the history: short ones, long ones, and one of their own for people of 18 to 25."""

from datetime import timedelta

from campaigns.models import Condition
from campaigns.sample.plans import PlannedRoute, PlannedStep
from channels.kinds import Channel

_HOUR = timedelta(hours=1)


def _step(channel: Channel, condition: Condition, hours: int) -> PlannedStep:
    return PlannedStep(channel=channel, condition=condition, timeout=hours * _HOUR)


PUSH = _step(Channel.PUSH, Condition.CLICKED, 1)
MAIL = _step(Channel.EMAIL, Condition.OPENED, 4)
MAIL_CLICKED = _step(Channel.EMAIL, Condition.CLICKED, 6)
SMS = _step(Channel.SMS, Condition.CLICKED, 2)
VIBER = _step(Channel.VIBER, Condition.OPENED, 3)
WHATSAPP = _step(Channel.WHATSAPP, Condition.OPENED, 3)
TELEGRAM = _step(Channel.TELEGRAM, Condition.CLICKED, 2)
INSTAGRAM = _step(Channel.INSTAGRAM, Condition.OPENED, 3)
VK = _step(Channel.VK, Condition.OPENED, 3)
RCS = _step(Channel.RCS, Condition.OPENED, 2)
VOICE = _step(Channel.VOICE, Condition.ANSWERED, 1)
CALL = _step(Channel.CALL_TASK, Condition.ANSWERED, 12)


def _for_all(*steps: PlannedStep) -> tuple[PlannedRoute, ...]:
    return (PlannedRoute(steps=steps),)


def _young_apart(first: tuple[PlannedStep, ...], then: tuple[PlannedStep, ...]) -> tuple[PlannedRoute, ...]:
    return (PlannedRoute(segment="young", steps=first), PlannedRoute(steps=then))


CHAINS: dict[str, tuple[PlannedRoute, ...]] = {
    "sms and call": _for_all(SMS, VOICE),
    "sms and viber": _for_all(SMS, VIBER),
    "viber and sms": _for_all(VIBER, SMS),
    "mail and sms": _for_all(MAIL, SMS),
    "mail and whatsapp": _for_all(MAIL_CLICKED, WHATSAPP),
    "cheapest first": _for_all(PUSH, MAIL, VIBER, SMS),
    "all the way": _for_all(PUSH, MAIL, RCS, SMS, VOICE),
    "young in chats": _young_apart((TELEGRAM, INSTAGRAM, WHATSAPP), (PUSH, MAIL, SMS)),
    "young and social": _young_apart((VK, TELEGRAM, VIBER), (MAIL, VIBER)),
    "personal": _for_all(MAIL, WHATSAPP, CALL),
    "question": _for_all(
        _step(Channel.WHATSAPP, Condition.REPLIED, 6),
        _step(Channel.VIBER, Condition.REPLIED, 6),
        _step(Channel.SMS, Condition.REPLIED, 12),
    ),
}
