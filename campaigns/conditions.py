"""Which target actions a step may wait for: only what somebody will tell us of (DESIGN §3.6).

A condition can come true when the vendor reports it, when our own tracked link or pixel tells of it, or
when it is a goal, which arrives by API. That a click implies an open does not make "they open it" a
condition to choose on plain SMS: whoever chose it would wait for opens and be judged by clicks.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Condition
from channels.crypto import UnreadableCredentials
from channels.events import EventType
from channels.kinds import Channel
from channels.models import Account, Sender
from channels.opening import account_settings
from channels.provider import AccountSettings, Capabilities
from channels.registry import PROVIDERS, provider_class, providers_for

# A voice says words, and nobody can follow a link that is read aloud.
SPOKEN = frozenset({Channel.VOICE, Channel.CALL_TASK})

_REPORTED_AS: dict[Condition, EventType] = {
    Condition.DELIVERED: EventType.DELIVERED,
    Condition.OPENED: EventType.OPENED,
    Condition.CLICKED: EventType.CLICKED,
    Condition.REPLIED: EventType.REPLIED,
    Condition.ANSWERED: EventType.ANSWERED,
}

# What to wait for instead, the nearest first: what asks a little more, then what asks less.
_NEAREST: dict[Condition, tuple[Condition, ...]] = {
    Condition.DELIVERED: (Condition.OPENED, Condition.CLICKED, Condition.ANSWERED, Condition.REPLIED),
    Condition.OPENED: (Condition.CLICKED, Condition.ANSWERED, Condition.REPLIED, Condition.DELIVERED),
    Condition.CLICKED: (Condition.OPENED, Condition.ANSWERED, Condition.REPLIED, Condition.DELIVERED),
    Condition.REPLIED: (Condition.CLICKED, Condition.ANSWERED, Condition.OPENED, Condition.DELIVERED),
    Condition.ANSWERED: (Condition.CLICKED, Condition.OPENED, Condition.REPLIED, Condition.DELIVERED),
}

_WHY_NOT: dict[Condition, str | Promise] = {
    Condition.DELIVERED: _("%(from)s does not tell whether a message was delivered."),
    Condition.OPENED: _("%(from)s does not tell whether a message was opened."),
    Condition.CLICKED: _("Its text has no tracked link to follow."),
    Condition.REPLIED: _("%(from)s does not bring replies back."),
    Condition.ANSWERED: _("%(from)s does not tell whether a call was answered."),
}


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What will be told of the messages of one step.

    `reports` is what the vendor tells by itself; `has_link` says that its text has a tracked link,
    `has_pixel` that our image can stand in it.
    """

    channel: Channel
    reports: frozenset[EventType]
    has_link: bool = False
    has_pixel: bool = False

    @property
    def can_have_link(self) -> bool:
        """Could a person follow a link on this channel at all?"""
        return self.channel not in SPOKEN


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a condition can never come true, and the `nearest` that can.

    Where `needs_link` is True, the nearest becomes possible with a tracked link in the step's text.
    """

    sentence: str
    nearest: Condition
    needs_link: bool = False


def signals_of(*, channel: str, sender: Sender | None, has_link: bool) -> Signals:
    """The signals of a step on `channel`; without a sender, what any vendor of the channel might report."""
    wanted = Channel(channel)
    carried = [capabilities_of(sender, wanted)] if sender else _any_vendor(wanted)
    known = [capabilities for capabilities in carried if capabilities]
    return Signals(
        channel=wanted,
        reports=frozenset[EventType]().union(*(capabilities.reports for capabilities in known)),
        has_link=has_link and wanted not in SPOKEN,
        has_pixel=any(capabilities.has_pixel for capabilities in known),
    )


def capabilities_of(sender: Sender, channel: str) -> Capabilities | None:
    """What `sender` can do on `channel`; None where its vendor is unknown or does not carry the channel.

    An account's settings may change it, the secret of its webhooks among them; where nobody can read that, none counts.
    """
    account = sender.account
    if account.provider not in PROVIDERS:
        return None
    vendor = provider_class(account.provider)
    if Channel(channel) not in vendor.channels:
        return None
    return vendor(_as_configured(account)).capabilities(Channel(channel))


def _as_configured(account: Account) -> AccountSettings:
    try:
        return account_settings(account)
    except UnreadableCredentials:
        return AccountSettings(account_id=account.pk, settings=account.settings)


def possible_conditions(signals: Signals) -> tuple[Condition, ...]:
    """The conditions that can come true with `signals`, the weakest first."""
    return tuple(condition for condition in Condition if _can_come_true(condition, signals))


def refusal(condition: str, signals: Signals, *, source: str) -> Refusal | None:
    """Why `condition` cannot come true, None where it can. `source` names who would have to tell: "SMS from SHOP"."""
    wanted = Condition(condition)
    if _can_come_true(wanted, signals):
        return None
    why_not = _no_link_sentence(signals) if wanted is Condition.CLICKED else _WHY_NOT[wanted]
    needs_link = wanted is not Condition.ANSWERED and signals.can_have_link and not signals.has_link
    nearest = Condition.CLICKED if needs_link else _nearest(wanted, signals)
    return Refusal(
        sentence=f"{why_not % {'from': source}} {_advice(nearest, needs_link=needs_link)}",
        nearest=nearest,
        needs_link=needs_link,
    )


def default_condition(signals: Signals) -> Condition:
    """What a new step waits for: the strongest that a person does as a matter of course on this channel."""
    usual = (Condition.CLICKED, Condition.ANSWERED, Condition.OPENED, Condition.REPLIED, Condition.DELIVERED)
    return next((condition for condition in usual if _can_come_true(condition, signals)), Condition.GOAL)


def _any_vendor(channel: Channel) -> list[Capabilities | None]:
    return [provider_class(key).channels[channel] for key in providers_for(channel)]


def _can_come_true(condition: Condition, signals: Signals) -> bool:
    if condition is Condition.GOAL:
        return True
    if _REPORTED_AS[condition] in signals.reports:
        return True
    return (condition is Condition.CLICKED and signals.has_link) or (
        condition is Condition.OPENED and signals.has_pixel
    )


def _nearest(condition: Condition, signals: Signals) -> Condition:
    possible = (nearest for nearest in _NEAREST[condition] if _can_come_true(nearest, signals))
    return next(possible, Condition.GOAL)


def _no_link_sentence(signals: Signals) -> str | Promise:
    if signals.can_have_link:
        return _WHY_NOT[Condition.CLICKED]
    return _("Nobody can follow a link in a call.")


def _advice(nearest: Condition, *, needs_link: bool) -> str:
    if needs_link:
        return gettext("Put a tracked link into the text, and let following it count.")
    return gettext("Nearest to it: stop if %(condition)s.") % {"condition": nearest.label}
