"""From the JSON of a rule to its frozen form, with every mistake told at its row in the words of the form."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from campaigns.audience.rule_fields import CONDITIONS
from campaigns.audience.rule_schema import Condition, Group, InvalidRule, Operator, Path, RowError, Rule

DEEPEST = 5
MOST_ROWS = 200


def read(rule: object) -> Rule:
    """The rule of `rule`, parsed JSON or a Rule already; None and {} are everybody.

    Raises InvalidRule with an error for each bad row.
    """
    if isinstance(rule, Group):
        return rule
    if rule is None or rule == {}:
        return Group()
    reader = _Reader()
    group = reader.group(rule, path=())
    if reader.errors or group is None:
        raise InvalidRule(tuple(reader.errors))
    return group


class _Reader:
    """Walks a rule once and collects what is wrong with it."""

    def __init__(self) -> None:
        self.errors: list[RowError] = []
        self.rows = 0

    def group(self, given: object, *, path: Path) -> Group | None:
        if not isinstance(given, Mapping) or given.get("op") not in set(Operator):
            return self._refuse(path, "op", gettext("Choose how the conditions are joined."))
        rules = given.get("rules", [])
        if not isinstance(rules, list | tuple) or set(given) - {"op", "rules"}:
            return self._refuse(path, "", gettext("This group cannot be read."))
        if path and not rules:
            return self._refuse(path, "", gettext("This group is empty. Add a condition to it, or remove it."))
        if len(path) >= DEEPEST:
            return self._refuse(path, "", gettext("Groups cannot be nested so deep."))
        parts = [self._part(part, path=(*path, position)) for position, part in enumerate(rules)]
        return Group(op=Operator(given["op"]), rules=tuple(part for part in parts if part is not None))

    def _part(self, given: object, *, path: Path) -> Group | Condition | None:
        self.rows += 1
        if self.rows > MOST_ROWS:
            return (
                self._refuse(path, "", gettext("There are too many conditions."))
                if self.rows == MOST_ROWS + 1
                else None
            )
        if isinstance(given, Mapping) and "op" in given:
            return self.group(given, path=path)
        return self._condition(given, path=path)

    def _condition(self, given: object, *, path: Path) -> Condition | None:
        field = given.get("field") if isinstance(given, Mapping) else None
        operators = CONDITIONS.get(field) if isinstance(field, str) else None
        if operators is None or not isinstance(given, Mapping):
            return self._refuse(path, "field", gettext("Choose what the condition is about."))
        operator = given.get("is")
        kind = operators.get(operator) if isinstance(operator, str) else None
        if kind is None:
            return self._refuse(path, "is", gettext("Choose how to compare."))
        try:
            return kind.model_validate(dict(given))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._refuse(path, str(detail["loc"][0]) if detail["loc"] else "", _in_words(detail))
        return None

    def _refuse(self, path: Path, part: str, message: str) -> None:
        self.errors.append(RowError(path=path, part=part, message=message))


def _in_words(detail: ErrorDetails) -> str:
    """Pydantic's error as a sentence for the person at the form."""
    context: Mapping[str, Any] = detail.get("ctx") or {}
    if "reason" in context:
        return str(context["reason"])
    limits = {
        "greater_than_equal": gettext("Enter %(limit)s or more.") % {"limit": context.get("ge")},
        "less_than_equal": gettext("Enter %(limit)s or less.") % {"limit": context.get("le")},
        "string_too_long": gettext("At most %(limit)s characters fit here.") % {"limit": context.get("max_length")},
    }
    return limits.get(detail["type"]) or _wanted(detail["type"])


def _wanted(error_type: str) -> str:
    """What a part of this type should have been."""
    if error_type.startswith(("int_", "decimal_", "float_", "finite_")):
        return gettext("Enter a number.")
    if error_type.startswith("date_"):
        return gettext("Enter a date.")
    if error_type in {"enum", "literal_error", "string_pattern_mismatch"}:
        return gettext("Choose one from the list.")
    if error_type == "extra_forbidden":
        return gettext("This does not belong here.")
    return gettext("Fill this in.")
