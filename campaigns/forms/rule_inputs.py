"""The inputs of a condition's row. They take anything: what is wrong with it is the rule's to say, in one place."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from campaigns.asked_ids import read_id
from campaigns.audience import places
from campaigns.audience.file_names import offered_files
from campaigns.audience.rule_age import AgeAtLeast, AgeAtMost, AgeBetween, BirthdayWithin
from campaigns.audience.rule_attributes import AttributeDay, AttributeNumber, AttributeText
from campaigns.audience.rule_profile import (
    AddedByFile,
    AddedLately,
    AddedOnDay,
    Country,
    Language,
    Name,
    Preferences,
)
from campaigns.audience.rule_schema import Condition
from campaigns.models import Purpose
from channels.kinds import Channel

KNOWN_PREFERENCES = "known-preferences"
KNOWN_ATTRIBUTES = "known-attributes"


class SpanWidget(forms.MultiWidget):
    """Two numbers: from and to."""

    template_name = "segments/span.html"

    def __init__(self) -> None:
        super().__init__(
            widgets={
                "from": forms.NumberInput(attrs={"class": "form-control", "aria-label": _("from")}),
                "to": forms.NumberInput(attrs={"class": "form-control", "aria-label": _("to")}),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        """The two numbers of a pair; nothing twice for nothing."""
        return list(value or ["", ""])


class SpanField(forms.Field):
    """A pair of numbers as they were typed."""

    widget = SpanWidget


class ChosenField(forms.Field):
    """Any number of codes, each a choice of the list."""

    widget = forms.SelectMultiple


class WordsField(forms.CharField):
    """Words with commas between them."""

    def to_python(self, value: Any) -> Any:
        """The list of the words."""
        return [word for part in str(value or "").split(",") if (word := part.strip())]


class DecimalText(forms.CharField):
    """A number with a point or a comma."""

    def to_python(self, value: Any) -> Any:
        """The number with a point."""
        return str(value or "").strip().replace(",", ".")


class Offers:
    """What the lists of a form offer that is read from the database: once for all its rows, and only where one asks."""

    def __init__(self, given: MultiValueDict[str, Any]) -> None:
        self._chosen = {
            read_id(str(given.get(f"{name.removesuffix('-field')}-value", "")))
            for name in given
            if name.endswith("-field") and given[name] == "contact_import"
        }

    @cached_property
    def files(self) -> list[tuple[str, str]]:
        """The latest imports that brought somebody, and those that a row has."""
        return [(str(pk), name) for pk, name in offered_files(self._chosen - {0})]


def fields_of(
    kind: type[Condition], given: MultiValueDict[str, Any], prefix: str, *, offers: Offers
) -> dict[str, forms.Field]:
    """The inputs of a condition of `kind`, by part; `given` is what was sent, of which a list keeps its choices."""
    if kind is AddedByFile:
        return {"value": _file(offers)}
    makers = {"name": _attribute_name, "channel": _channel, "purpose": _purpose}
    made = {}
    for part in kind.parts:
        make = _VALUES[kind] if part == "value" else makers[part]
        made[part] = make(given.getlist(f"{prefix}-{part}"))
    return made


def _number(label: Any, *, suffix: Any = "", most: int = 150) -> Callable[[Sequence[str]], forms.Field]:
    def make(given: Sequence[str]) -> forms.Field:
        widget = forms.NumberInput(attrs={"min": 0, "max": most})
        return forms.CharField(label=label, help_text=suffix, required=False, widget=widget)

    return make


def _span(given: Sequence[str]) -> forms.Field:
    return SpanField(label=_("Years"), help_text=_("years"), required=False)


def _day(given: Sequence[str]) -> forms.Field:
    return forms.CharField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


def _text(given: Sequence[str]) -> forms.Field:
    return forms.CharField(label=_("Text"), required=False, strip=False)


def _decimal(given: Sequence[str]) -> forms.Field:
    return DecimalText(label=_("Number"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


def _words(given: Sequence[str]) -> forms.Field:
    attrs = {"data-words": KNOWN_PREFERENCES, "placeholder": _("fashion, sport")}
    return WordsField(label=_("Preferences, with commas between them"), required=False, widget=forms.TextInput(attrs))


def _chosen(label: Any, choices: Callable[[], list[tuple[str, str]]]) -> Callable[[Sequence[str]], forms.Field]:
    def make(given: Sequence[str]) -> forms.Field:
        known = choices()
        others = sorted({code for code in given if code} - {code for code, _name in known})
        widget = forms.SelectMultiple(choices=[*known, *((code, code) for code in others)], attrs={"data-chooses": ""})
        return ChosenField(label=label, required=False, widget=widget)

    return make


def _attribute_name(given: Sequence[str]) -> forms.Field:
    attrs = {"list": KNOWN_ATTRIBUTES, "placeholder": _("city")}
    return forms.CharField(label=_("Name of the attribute"), required=False, widget=forms.TextInput(attrs))


def _channel(given: Sequence[str]) -> forms.Field:
    return forms.CharField(label=_("Channel"), required=False, widget=forms.Select(choices=Channel.choices))


def _file(offers: Offers) -> forms.Field:
    widget = forms.Select(choices=[("", _("Choose…")), *offers.files])
    return forms.CharField(label=_("File"), required=False, widget=widget)


def _purpose(given: Sequence[str]) -> forms.Field:
    return forms.CharField(label=_("Purpose"), required=False, widget=forms.Select(choices=Purpose.choices))


_VALUES: dict[type[Condition], Callable[[Sequence[str]], forms.Field]] = {
    AgeBetween: _span,
    AgeAtLeast: _number(_("Years"), suffix=_("years")),
    AgeAtMost: _number(_("Years"), suffix=_("years")),
    BirthdayWithin: _number(_("Days"), suffix=_("days"), most=366),
    Preferences: _words,
    Language: _chosen(_("Languages"), places.language_choices),
    Country: _chosen(_("Countries"), places.country_choices),
    Name: _text,
    AttributeText: _text,
    AttributeNumber: _decimal,
    AttributeDay: _day,
    AddedOnDay: _day,
    AddedLately: _number(_("Days"), suffix=_("days"), most=36_500),
}
