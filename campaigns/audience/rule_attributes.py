"""Conditions on free attributes. One that nobody has matches nobody; a value that is no number is no error."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from django.db.models import BooleanField, Case, DecimalField, Expression, F, Func, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Left, Length, Replace, Trim
from django.db.models.lookups import (
    Exact,
    GreaterThanOrEqual,
    IContains,
    LessThan,
    LessThanOrEqual,
    Lookup,
    Regex,
)
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from pydantic import Field

from campaigns.audience.rule_schema import Condition, Day, FileNames, Word, spellings

# Without bounds in the pattern, which make PostgreSQL's matching three times as slow.
_NUMBER = r"^[-+]?[0-9]+[.,]?[0-9]*$"
_LONGEST_NUMBER = 60
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAY_LENGTH = len("2026-05-31")


class AttributeText(Condition):
    """The attribute is, is not or contains a text. "is" is the whole value, so that the index of attributes serves."""

    field: Literal["attribute"]
    name: Word
    is_: Literal["equals", "not_equals", "contains"] = Field(alias="is")
    value: Word

    parts: ClassVar[tuple[str, ...]] = ("name", "value")

    def as_q(self, today: date) -> Q:
        """`@>` on the attributes for equality, a search in the text for the rest."""
        if self.is_ == "contains":
            return _is_true(IContains(_text_of(self.name), self.value))
        same = Q()
        for form in _forms(self.value):
            same |= Q(attributes__contains={self.name: form})
        return ~same if self.is_ == "not_equals" else same

    def describe(self, files: FileNames) -> str:
        """As "have “Kyiv” as city"."""
        sentences = {
            "equals": gettext("have “%(value)s” as %(name)s"),
            "not_equals": gettext("do not have “%(value)s” as %(name)s"),
            "contains": gettext("have “%(value)s” in %(name)s"),
        }
        return sentences[self.is_] % {"name": self.name, "value": self.value}


class AttributePresent(Condition):
    """The attribute has a value, or has none (missing, null or empty)."""

    field: Literal["attribute"]
    name: Word
    is_: Literal["set", "not_set"] = Field(alias="is")

    parts: ClassVar[tuple[str, ...]] = ("name",)

    def as_q(self, today: date) -> Q:
        """Whether its text is other than empty."""
        present = ~Q(Exact(Coalesce(_text_of(self.name), _text("")), _text("")))
        return present if self.is_ == "set" else ~present

    def describe(self, files: FileNames) -> str:
        """As "have no city"."""
        sentence = gettext("have some %(name)s") if self.is_ == "set" else gettext("have no %(name)s")
        return sentence % {"name": self.name}


class AttributeNumber(Condition):
    """The attribute is a number on one side of another, that number included."""

    field: Literal["attribute"]
    name: Word
    is_: Literal["at_least", "at_most"] = Field(alias="is")
    value: Annotated[Decimal, Field(max_digits=30, decimal_places=10, allow_inf_nan=False)]

    parts: ClassVar[tuple[str, ...]] = ("name", "value")

    def as_q(self, today: date) -> Q:
        """Compared as numbers where it is one, with a point or a comma."""
        number = _number_of(_text_of(self.name))
        side: type[Lookup[Any]] = GreaterThanOrEqual if self.is_ == "at_least" else LessThanOrEqual
        return _is_true(side(number, Value(self.value, output_field=_Numeric())))

    def describe(self, files: FileNames) -> str:
        """As "have 100 or more as balance"."""
        sentences = {
            "at_least": gettext("have %(value)s or more as %(name)s"),
            "at_most": gettext("have %(value)s or less as %(name)s"),
        }
        return sentences[self.is_] % {"name": self.name, "value": number_format(self.value)}


class AttributeDay(Condition):
    """The attribute is a day (written 2026-05-31, a time may follow) before another, or that one or later."""

    field: Literal["attribute"]
    name: Word
    is_: Literal["before", "since"] = Field(alias="is")
    value: Day

    parts: ClassVar[tuple[str, ...]] = ("name", "value")

    def as_q(self, today: date) -> Q:
        """Compared as text: the year comes first, and 2026-02-31 must not be an error."""
        text = _text_of(self.name)
        day = Case(When(Regex(text, _DAY), then=Left(text, _DAY_LENGTH)), output_field=TextField())
        side: type[Lookup[Any]] = LessThan if self.is_ == "before" else GreaterThanOrEqual
        return _is_true(side(day, _text(self.value.isoformat())))

    def describe(self, files: FileNames) -> str:
        """As "have a day before 1 May 2026 as last_order"."""
        sentences = {
            "before": gettext("have a day before %(value)s as %(name)s"),
            "since": gettext("have %(value)s or a later day as %(name)s"),
        }
        return sentences[self.is_] % {"name": self.name, "value": date_format(self.value)}


class _Numeric(DecimalField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """PostgreSQL's numeric of any size: an attribute may be longer than any declared precision."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


def _text_of(name: str) -> Expression:
    """The attribute as text without blanks around it.

    Not by Django's key transform, which takes a name of digits for a position in a list.
    """
    operands = (F("attributes"), _text(name))
    return Trim(Func(*operands, template="(%(expressions)s)", arg_joiner=" ->> ", output_field=TextField()))


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())


def _number_of(text: Expression) -> Expression:
    is_number = Q(Regex(text, _NUMBER)) & Q(LessThan(Length(text), _LONGEST_NUMBER))
    pointed = Replace(text, _text(","), _text("."))
    return Case(When(is_number, then=Cast(pointed, _Numeric())), output_field=_Numeric())


def _is_true(lookup: Lookup[Any]) -> Q:
    """`lookup`, false where it would be NULL, so that its negation is everybody else."""
    return Q(Coalesce(lookup, Value(False), output_field=BooleanField()))


def _forms(value: str) -> list[str | int | float | bool]:
    """`value` in each form that JSON may keep it in: small or capital letters, a number or true of an API."""
    forms: list[str | int | float | bool] = [*spellings(value)]
    if value.lower() in {"true", "false"}:
        forms.append(value.lower() == "true")
    try:
        number = Decimal(value)
    except ArithmeticError:
        return forms
    if number.is_finite() and abs(number.adjusted()) < 15:
        forms.append(int(number) if number == number.to_integral_value() else float(number))
    return forms
