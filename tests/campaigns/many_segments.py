"""As many segments as a large account has, each with a rule of its own."""

from typing import Any

from campaigns.models import Segment

MANY = 10_000


def make_many_segments() -> None:
    """Segments by the names of towns and ages, in two alphabets."""
    Segment.objects.bulk_create(Segment(name=_name(number), rule=_rule(number)) for number in range(MANY))


def _name(number: int) -> str:
    town = ("Kyiv", "Львів", "Одеса", "Madrid", "Харків")[number % 5]
    return f"{town}: {('women', 'чоловіки')[number // 5 % 2]} of {18 + number // 10 % 50}, list {number}"


def _rule(number: int) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [
        {"field": "age", "is": "at_least", "value": 18 + number // 10 % 50},
        {"field": "country", "is": "in", "value": ["UA", "ES"]},
        {"field": "preferences", "is": "any_of", "value": ["fashion", f"sport {number}"]},
        {"field": "attribute", "name": "balance", "is": "at_least", "value": str(number)},
        {"field": "reachable", "is": "on", "channel": "sms", "purpose": "marketing"},
    ]
    return {"op": "all", "rules": [rules[number % 5]]}
