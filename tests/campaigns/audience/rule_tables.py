"""How tests write a rule, and whom it selects."""

from datetime import date
from typing import Any

from campaigns.audience.rules import contacts_matching
from campaigns.models import Contact
from tests.factories import make_contact

TODAY = date(2026, 2, 11)


def rule(*conditions: dict[str, Any], op: str = "all") -> dict[str, Any]:
    return {"op": op, "rules": list(conditions)}


def condition(field: str, operator: str, **parts: Any) -> dict[str, Any]:
    return {"field": field, "is": operator, **parts}


def names(given: object, today: date = TODAY) -> set[str]:
    """The first names of those whom the rule selects."""
    return set(contacts_matching(given, today=today).values_list("first_name", flat=True))


def person(name: str, **fields: Any) -> Contact:
    return make_contact(first_name=name, last_name="", **fields)
