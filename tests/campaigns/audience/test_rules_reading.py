"""A bad rule is told row by row, in the words of the form."""

from typing import Any

import pytest
from pydantic import ValidationError

from campaigns.audience.rule_fields import CONDITIONS
from campaigns.audience.rules import InvalidRule, parse


def errors(*conditions: object, op: object = "all") -> list[tuple[tuple[int, ...], str, str]]:
    with pytest.raises(InvalidRule) as refused:
        parse({"op": op, "rules": list(conditions)})
    return [(error.path, error.part, error.message) for error in refused.value.errors]


@pytest.mark.parametrize(
    ("condition", "part", "message"),
    [
        ({}, "field", "Choose what the condition is about."),
        ({"field": "shoe", "is": "equals"}, "field", "Choose what the condition is about."),
        ({"field": ["age"], "is": "between"}, "field", "Choose what the condition is about."),
        ({"field": "age"}, "is", "Choose how to compare."),
        ({"field": "age", "is": "contains", "value": 1}, "is", "Choose how to compare."),
        ({"field": "age", "is": "at_least"}, "value", "Fill this in."),
        ({"field": "age", "is": "at_least", "value": ""}, "value", "Enter a number."),
        ({"field": "age", "is": "at_least", "value": "ten"}, "value", "Enter a number."),
        ({"field": "age", "is": "at_least", "value": -1}, "value", "Enter 0 or more."),
        ({"field": "age", "is": "at_least", "value": 200}, "value", "Enter 150 or less."),
        ({"field": "age", "is": "between", "value": [25, 18]}, "value", "Put the smaller number first."),
        ({"field": "age", "is": "between", "value": [25]}, "value", "Fill this in."),
        ({"field": "birthday", "is": "within_days", "value": 400}, "value", "Enter 366 or less."),
        ({"field": "birthday", "is": "today", "value": 1}, "value", "This does not belong here."),
        ({"field": "preferences", "is": "any_of", "value": []}, "value", "Fill this in."),
        ({"field": "preferences", "is": "any_of", "value": [" "]}, "value", "Fill this in."),
        ({"field": "country", "is": "in", "value": ["Ukraine"]}, "value", "Choose one from the list."),
        ({"field": "name", "is": "contains", "value": "\x00"}, "value", "Remove the characters that cannot be seen."),
        ({"field": "name", "is": "contains", "value": "a" * 201}, "value", "At most 200 characters fit here."),
        ({"field": "attribute", "is": "equals", "name": "", "value": "x"}, "name", "Fill this in."),
        ({"field": "attribute", "is": "at_least", "name": "a", "value": "x"}, "value", "Enter a number."),
        ({"field": "attribute", "is": "at_least", "name": "a", "value": "NaN"}, "value", "Enter a number."),
        ({"field": "attribute", "is": "since", "name": "a", "value": "soon"}, "value", "Enter a date."),
        ({"field": "created_at", "is": "before", "value": "0001-01-01"}, "value", "Enter a date from 1900 to 2199."),
        ({"field": "contact_import", "is": "is", "value": ""}, "value", "Choose a file."),
        ({"field": "contact_import", "is": "is"}, "value", "Fill this in."),
        ({"field": "contact_import", "is": "is", "value": "people.csv"}, "value", "Enter a number."),
        ({"field": "reachable", "is": "on", "channel": "pigeon"}, "channel", "Choose one from the list."),
        (
            {"field": "consent", "is": "granted", "channel": "sms", "purpose": "x"},
            "purpose",
            "Choose one from the list.",
        ),
    ],
)
def test_what_is_wrong_with_a_condition_is_said_at_its_part(condition: object, part: str, message: str) -> None:
    assert errors(condition) == [((0,), part, message)]


def test_every_bad_row_is_named_at_its_place_at_once() -> None:
    bad = {"field": "age", "is": "at_least", "value": "x"}
    good = {"field": "birth_date", "is": "known"}
    found = errors(bad, good, {"op": "any", "rules": [good, bad]}, {"op": "none", "rules": []})
    assert [(path, part) for path, part, _message in found] == [((0,), "value"), ((2, 1), "value"), ((3,), "")]


@pytest.mark.parametrize("given", ["", 3, [], {"rules": []}, {"op": "xor"}, {"op": "all", "rules": 3}, {"op": ["all"]}])
def test_what_is_no_group_is_refused(given: Any) -> None:
    with pytest.raises(InvalidRule):
        parse(given)


def test_groups_end_at_some_depth_and_size() -> None:
    deep: dict[str, Any] = {"op": "all", "rules": [{"field": "birth_date", "is": "known"}]}
    for _level in range(5):
        deep = {"op": "all", "rules": [deep]}
    assert errors(deep) == [((0, 0, 0, 0, 0), "", "Groups cannot be nested so deep.")]
    too_many = [{"field": "birth_date", "is": "known"}] * 101
    assert errors(*too_many) == [((), "", "There are too many conditions in this group.")]


def test_a_parsed_rule_cannot_be_changed() -> None:
    parsed = parse({"op": "all", "rules": [{"field": "age", "is": "at_least", "value": 18}]})
    with pytest.raises(ValidationError):
        parsed.rules[0].value = 12  # type: ignore[union-attr]


def test_every_listed_kind_of_condition_knows_its_field_and_operator() -> None:
    for field, operators in CONDITIONS.items():
        for operator, kind in operators.items():
            assert field in kind.model_fields["field"].annotation.__args__  # type: ignore[union-attr]
            assert operator in kind.model_fields["is_"].annotation.__args__  # type: ignore[union-attr]
