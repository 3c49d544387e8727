"""Lists of choices look as Django's templates make them."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from campaigns.forms.rendering import TablerRenderer

CHOICES = [("", "Choose…"), ("a&b", "<A> & B"), (3, "three"), ("Group «1»", [("x", "X"), ("y", 'Y "quoted"')])]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=CHOICES), "a&b"),
        (forms.Select(choices=CHOICES, attrs={"disabled": True, "hidden": False, "data-x": '"><b>'}), None),
        (forms.SelectMultiple(choices=CHOICES), ["3", "x"]),
        (forms.Select(choices=[]), ""),
        (forms.NullBooleanSelect(), True),
    ],
)
def test_a_list_of_choices_is_what_djangos_templates_make_of_it(widget: forms.Select, value: Any) -> None:
    ours, theirs = (
        widget.render("a<name", value, {"class": "form-select"}, renderer)
        for renderer in (TablerRenderer(), DjangoTemplates())
    )
    assert [line.strip() for line in ours.splitlines()] == [
        line.strip() for line in theirs.splitlines() if line.strip()
    ]
