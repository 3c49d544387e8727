"""The inputs of a condition's row. They take anything: what is wrong with it is the rule's to say, in one place."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from campaigns.audience import places
from campaigns.audience.rule_age import AgeAtLeast, AgeAtMost, AgeBetween, BirthdayWithin
from campaigns.audience.rule_attributes import AttributeDay, AttributeNumber, AttributeText
from campaigns.audience.rule_profile import AddedLately, AddedOnDay, Country, Language, Name, Preferences
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


def fields_of(kind: type[Condition], given: MultiValueDict[str, Any], prefix: str) -> dict[str, forms.Field]:
    """The inputs of a condition of `kind`, by part; `given` is what was sent, of which a list keeps its choices."""
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
