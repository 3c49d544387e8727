"""From the JSON of a rule to its frozen form, with every mistake told at its row in the words of the form."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from campaigns.audience.rule_fields import CONDITIONS
from campaigns.audience.rule_schema import Condition, Group, InvalidRule, Operator, Path, RowError, Rule

DEEPEST = 5
MOST_ROWS = 100


def read(rule: object) -> Rule:
    """The rule of `rule`, parsed JSON or a Rule already; None and {} are everybody.

    Raises InvalidRule with an error for each bad row.
    """
    if isinstance(rule, Group):
        return rule
    if rule is None or rule == {}:
        return Group()
    return _group(rule, path=())


def _group(given: object, *, path: Path) -> Group:
    rules = _rules_of(given, path=path)
    parts: list[Group | Condition] = []
    errors: list[RowError] = []
    for position, part in enumerate(rules):
        try:
            parts.append(_part(part, path=(*path, position)))
        except InvalidRule as refused:
            errors.extend(refused.errors)
    if errors:
        raise InvalidRule(tuple(errors))
    return Group(op=given["op"], rules=tuple(parts))  # type: ignore[index]  # _rules_of has looked


def _rules_of(given: object, *, path: Path) -> Sequence[object]:
    """What stands in a group, once the group itself is known to be sound."""
    if not isinstance(given, Mapping) or given.get("op") not in list(Operator):
        raise _refusal(path, "op", gettext("Choose how the conditions are joined."))
    rules = given.get("rules", [])
    if not isinstance(rules, list | tuple) or set(given) - {"op", "rules"}:
        raise _refusal(path, "", gettext("This group cannot be read."))
    if path and not rules:
        raise _refusal(path, "", gettext("This group is empty. Add a condition to it, or remove it."))
    if len(path) >= DEEPEST:
        raise _refusal(path, "", gettext("Groups cannot be nested so deep."))
    if len(rules) > MOST_ROWS:
        raise _refusal(path, "", gettext("There are too many conditions in this group."))
    return rules


def _part(given: object, *, path: Path) -> Group | Condition:
    if isinstance(given, Mapping) and "op" in given:
        return _group(given, path=path)
    if not isinstance(given, Mapping):
        raise _refusal(path, "", gettext("This condition cannot be read."))
    try:
        return _kind_of(given, path=path).model_validate(dict(given))
    except ValidationError as error:
        raise InvalidRule(_row_errors(error, path=path)) from error


def _kind_of(given: Mapping[object, object], *, path: Path) -> type[Condition]:
    field, operator = given.get("field"), given.get("is")
    operators = CONDITIONS.get(field) if isinstance(field, str) else None
    if operators is None:
        raise _refusal(path, "field", gettext("Choose what the condition is about."))
    if not isinstance(operator, str) or operator not in operators:
        raise _refusal(path, "is", gettext("Choose how to compare."))
    return operators[operator]


def _refusal(path: Path, part: str, message: str) -> InvalidRule:
    return InvalidRule((RowError(path=path, part=part, message=message),))


def _row_errors(error: ValidationError, *, path: Path) -> tuple[RowError, ...]:
    """One error for each part of the row that is wrong, in its first mistake."""
    by_part: dict[str, RowError] = {}
    for detail in error.errors(include_url=False):
        part = str(detail["loc"][0]) if detail["loc"] else ""
        by_part.setdefault(part, RowError(path=path, part=part, message=_in_words(detail)))
    return tuple(by_part.values())


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
