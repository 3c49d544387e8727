"""How the simulated audience behaves and what goes wrong on demand: the sandbox's settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from channels.sandbox.vocabulary import APPS
from channels.sandbox.words import gettext_noop

# What people (or the network, or a scanner) may do: the usual chance, and the usual seconds until then.
# Reactions count from delivery, or from the opening where there is one.
Usual = dict[str, tuple[float, float]]
_SMS: Usual = {"delivered": (0.97, 3), "clicked": (0.14, 240), "replied": (0.02, 300), "opted_out": (0.01, 360)}
_CHAT: Usual = {
    "delivered": (0.86, 2), "opened": (0.62, 180), "clicked": (0.28, 60), "replied": (0.04, 120),
    "opted_out": (0.01, 150),
}  # fmt: skip
_SOCIAL: Usual = {"opened": (0.58, 300), "clicked": (0.24, 60), "replied": (0.05, 120)}
USUAL: dict[str, Usual] = {
    "sms": _SMS | {"scanned": (0.03, 1)},
    "push": {"clicked": (0.12, 120)},
    "email": {
        "delivered": (0.96, 4), "opened": (0.34, 600), "clicked": (0.22, 60), "opted_out": (0.01, 90),
        "complained": (0.003, 120), "scanned": (0.12, 1),
    },
    "viber": _CHAT | {"scanned": (0.02, 1)},
    "whatsapp": _CHAT | {"delivered": (0.93, 2), "opened": (0.78, 150), "scanned": (0.05, 1)},
    "telegram": {"clicked": (0.2, 200), "replied": (0.05, 240), "opted_out": (0.01, 260), "scanned": (0.3, 1)},
    "rcs": _CHAT | {"delivered": (0.7, 3)},
    "voice": {"picked_up": (0.55, 15), "voicemail": (0.15, 25)},
    "messenger": {"delivered": (0.95, 2)} | _SOCIAL,
    "instagram": dict(_SOCIAL),
    "vk": _SOCIAL | {"opted_out": (0.01, 200)},
    "call_task": {"picked_up": (0.6, 60)},
}  # fmt: skip

# Going wrong on demand: what the pages say of it, the sandbox's own and the product's.
# "taken" means that the vendor has the message although it does not say so.
FAULTS: dict[str, str] = {
    "error_500": gettext_noop("Answers 500 and has not taken the message"),
    "error_500_taken": gettext_noop("Answers 500 but has taken the message"),
    "throttled": gettext_noop("Answers 429 with Retry-After"),
    "unavailable": gettext_noop("Answers 503 with Retry-After"),
    "no_answer": gettext_noop("Never answers and has not taken the message"),
    "no_answer_taken": gettext_noop("Never answers but has taken the message"),
    "half_answer": gettext_noop("Breaks off in the middle of its answer, having taken the message"),
    "reset": gettext_noop("Resets the connection without having taken the message"),
    "reset_taken": gettext_noop("Resets the connection after taking the message"),
    "slow": gettext_noop("Answers late"),
    "wrong_credentials": gettext_noop("Says that the API key is wrong"),
    "invalid_recipient": gettext_noop("Says that there is no such address"),
    "opted_out": gettext_noop("Says that the person wants no messages"),
    "content_refused": gettext_noop("Refuses the text"),
    "sender_refused": gettext_noop("Refuses the sender"),
    "undelivered": gettext_noop("Takes the message and cannot deliver it"),
    "no_receipts": gettext_noop("Never reports anything"),
    "duplicate_receipts": gettext_noop("Reports everything twice"),
    "late_receipts": gettext_noop("Reports late"),
    "out_of_order_receipts": gettext_noop("Reports delivery after everything else"),
    "receipt_first": gettext_noop("Reports delivery before it answers the request"),
}
MAX_SECONDS = 86_400.0
MAX_RULES = 50
MAX_BY_HAND = 1000


class BadPreferences(Exception):
    """The settings cannot work; the text says why, in English, as the API does."""


class OutOfRange(BadPreferences):
    """The number called `name` ("sms clicked chance") is not between `least` and `most`."""

    def __init__(self, name: str, *, least: float, most: float) -> None:
        super().__init__(f"{name} has to be between {least:g} and {most:g}")
        self.name, self.least, self.most = name, least, most


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How likely something is (0 to 1), and after how many seconds it usually happens."""

    chance: float
    seconds: float


def usual_behaviours() -> dict[str, dict[str, Behaviour]]:
    """How audiences usually behave, by channel."""
    return {
        channel: {name: Behaviour(chance=chance, seconds=seconds) for name, (chance, seconds) in usual.items()}
        for channel, usual in USUAL.items()
    }


@dataclass(frozen=True, kw_only=True)
class FaultRule:
    """What goes wrong for messages of a channel, sender and address ("" is any).

    `times` is how often it happens, 0 for always; `seconds` how long waits are (Retry-After, slow, late, no answer).
    """

    fault: str
    channel: str = ""
    sender: str = ""
    address: str = ""
    chance: float = 1.0
    times: int = 0
    seconds: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """All settings. `by_hand` are addresses that nobody plays; `link_origins` may be visited beside the product's."""

    is_on: bool = False
    seed: str = "1"
    time_factor: float = 1.0
    by_hand: tuple[str, ...] = ()
    link_origins: tuple[str, ...] = ()
    behaviours: Mapping[str, Mapping[str, Behaviour]] = field(default_factory=usual_behaviours)
    faults: tuple[FaultRule, ...] = ()


def as_json(preferences: Preferences) -> dict[str, Any]:
    """`preferences` as the API gives and takes them."""
    return asdict(preferences)


def changed(current: Preferences, told: Mapping[str, Any]) -> Preferences:
    """`current` with what `told` (parsed JSON) names. Behaviours are merged, lists replaced. Raises BadPreferences."""
    known = as_json(current)
    strange = set(told) - set(known)
    if strange:
        raise BadPreferences(f"There is no setting called {min(strange)}")
    merged = {**known, **told}
    try:
        return Preferences(
            is_on=bool(merged["is_on"]),
            seed=str(merged["seed"])[:100],
            time_factor=_number(merged["time_factor"], "time_factor", least=0.001, most=100_000),
            by_hand=_texts(merged["by_hand"]),
            link_origins=_texts(merged["link_origins"]),
            behaviours=_behaviours(known["behaviours"], told.get("behaviours", {})),
            faults=tuple(_rule(rule) for rule in list(merged["faults"])[:MAX_RULES]),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise BadPreferences(f"The settings cannot be read: {error}") from error


def _texts(told: Any) -> tuple[str, ...]:
    return tuple(str(text).strip() for text in list(told)[:MAX_BY_HAND] if str(text).strip())


def _behaviours(known: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, dict[str, Behaviour]]:
    merged: dict[str, dict[str, Behaviour]] = {}
    for channel, behaviours in known.items():
        changes = told.get(channel, {})
        merged[channel] = {
            name: _behaviour({**behaviour, **changes.get(name, {})}, f"{channel} {name}")
            for name, behaviour in behaviours.items()
        }
    return merged


def _behaviour(told: Mapping[str, Any], name: str) -> Behaviour:
    return Behaviour(
        chance=_number(told["chance"], f"{name} chance", least=0, most=1),
        seconds=_number(told["seconds"], f"{name} seconds", least=0, most=MAX_SECONDS * 30),
    )


def _rule(told: Mapping[str, Any]) -> FaultRule:
    rule = FaultRule(**told)
    if rule.fault not in FAULTS:
        raise BadPreferences(f"There is no fault called {rule.fault}")
    if rule.channel and rule.channel not in APPS:
        raise BadPreferences(f"There is no channel called {rule.channel}")
    return FaultRule(
        fault=rule.fault,
        channel=rule.channel,
        sender=str(rule.sender),
        address=str(rule.address),
        chance=_number(rule.chance, "chance", least=0, most=1),
        times=int(_number(rule.times, "times", least=0, most=1_000_000)),
        seconds=_number(rule.seconds, "seconds", least=0, most=MAX_SECONDS),
    )


def _number(told: Any, name: str, *, least: float, most: float) -> float:
    number = float(told)
    if not least <= number <= most:
        raise OutOfRange(name, least=least, most=most)
    return number
