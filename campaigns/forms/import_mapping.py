"""The form that says what the columns of a contact file mean, and who of its people may be messaged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.audience.birth_dates import DateOrder, ambiguous_date, guess_order
from campaigns.audience.guessing import Guess, values_of
from campaigns.audience.headers import is_age
from campaigns.audience.import_choices import ColumnChoice, ConsentBasis, ConsentChoice, ImportChoices
from campaigns.audience.places import country_choices
from campaigns.audience.targets import (
    ADDRESS_KINDS,
    FULL_NAMES,
    IDENTIFYING,
    REPEATABLE,
    RESERVED_ATTRIBUTES,
    Target,
)
from campaigns.audience.uploads import Sample
from campaigns.models import Purpose
from campaigns.personalise import variable_name
from channels.kinds import Channel

_SHOWN_VALUES = 3
_SHOWN_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class ColumnRow:
    """A column of the file as the form shows it: header, some of its values, and the fields that map it."""

    header: str
    values: tuple[str, ...]
    hint: str
    target: BoundField
    attribute: BoundField


class MappingForm(forms.Form):
    """What becomes of each column (`target_0`, `attribute_0` and so on), how ambiguous values are read, consent."""

    country = forms.ChoiceField(label=_("Country of phone numbers without a country code"), choices=country_choices)
    date_order = forms.ChoiceField(
        label=_("Order of dates"),
        choices=[("", _("choose…")), *DateOrder.choices],
        required=False,
        help_text=_("Dates that begin with the year are read as they are."),
    )
    consent_basis = forms.ChoiceField(
        label=_("May these people be messaged?"),
        choices=ConsentBasis.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say on what ground these people may be messaged, or that nobody may.")},
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels they agreed to"),
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one channel.")},
    )
    purpose = forms.ChoiceField(label=_("For"), choices=Purpose.choices)
    evidence = forms.CharField(
        label=_("How was their agreement obtained?"),
        help_text=_("For example: ticked the box “News by SMS” at the till, spring 2026. It is kept with each person."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say how they agreed: you may be asked for it later.")},
    )

    # Fields that do not apply are hidden, and a browser could not say that they are missing.
    use_required_attribute = False

    def __init__(self, data: Any = None, *, sample: Sample, guess: Guess, country: str) -> None:
        self._sample = sample
        super().__init__(data, initial=_initial(guess, country))
        if self.is_bound:
            self._require_by_basis(self.data.get("consent_basis"))
        for place, header in enumerate(sample.headers):
            self.fields[f"target_{place}"] = forms.ChoiceField(
                label=gettext("What “%(header)s” is") % {"header": header}, choices=_target_choices
            )
            self.fields[f"attribute_{place}"] = forms.CharField(
                label=gettext("Name of the attribute from “%(header)s”") % {"header": header},
                max_length=50,
                required=False,
            )

    @property
    def columns(self) -> Iterator[ColumnRow]:
        """The columns in the order of the file."""
        for place, header in enumerate(self._sample.headers):
            values = dict.fromkeys(value[:_SHOWN_LENGTH] for value in values_of(self._sample.rows, place))
            yield ColumnRow(
                header=header,
                values=tuple(values)[:_SHOWN_VALUES],
                hint=gettext("An age goes out of date. Import birth dates instead.") if is_age(header) else "",
                target=self[f"target_{place}"],
                attribute=self[f"attribute_{place}"],
            )

    def clean(self) -> dict[str, Any]:
        """Everything that one field alone cannot know."""
        self._clean_targets()
        self._clean_attributes()
        self._clean_names()
        self._clean_dates()
        self._clean_consent()
        return self.cleaned_data

    def choices(self) -> ImportChoices:
        """What the form says; of a form with errors as much as can be previewed: wrong columns are not imported."""
        given = self.cleaned_data if self.is_bound else self.initial
        basis = given.get("consent_basis") or ConsentBasis.NOBODY
        return ImportChoices(
            columns=tuple(_column(given, place) for place in self._places),
            country=given.get("country") or self.initial["country"],
            date_order=given.get("date_order") or DateOrder.DAY_FIRST,
            consent=ConsentChoice(
                basis=basis,
                channels=() if basis == ConsentBasis.NOBODY else given.get("channels", ()),
                purpose=given.get("purpose") or Purpose.MARKETING,
                evidence=given.get("evidence", "") if basis == ConsentBasis.DECLARATION else "",
            ),
        )

    @property
    def _places(self) -> range:
        return range(len(self._sample.headers))

    def _require_by_basis(self, basis: str | None) -> None:
        self.fields["channels"].required = self.fields["purpose"].required = basis != ConsentBasis.NOBODY
        self.fields["evidence"].required = basis == ConsentBasis.DECLARATION

    def _clean_targets(self) -> None:
        chosen: dict[str, str] = {}
        for place, header in enumerate(self._sample.headers):
            target = self.cleaned_data.get(f"target_{place}", Target.IGNORE)
            if target in chosen:
                sentence = gettext("“%(header)s” is this already, and a person has one.") % {"header": chosen[target]}
                self.add_error(f"target_{place}", sentence)
            elif target not in REPEATABLE:
                chosen[target] = header
        if not chosen.keys() & set(IDENTIFYING):
            self.add_error(None, gettext("Say which column is the phone number, the email address or your id."))

    def _clean_attributes(self) -> None:
        seen: set[str] = set()
        for place in self._places:
            if self.cleaned_data.get(f"target_{place}") != Target.ATTRIBUTE:
                continue
            name = variable_name(self.cleaned_data.get(f"attribute_{place}", ""))
            if sentence := _wrong_with(name, seen):
                self.add_error(f"attribute_{place}", sentence)
            seen.add(name)

    def _clean_names(self) -> None:
        whole = [target for target in FULL_NAMES if self._place_of(target) is not None]
        parts = [self._place_of(target) is not None for target in (Target.FIRST_NAME, Target.LAST_NAME)]
        if len(whole) > 1 or (whole and any(parts)):
            place = self._place_of(whole[0])
            self.add_error(f"target_{place}", gettext("Another column has the name, or a part of it, already."))

    def _clean_dates(self) -> None:
        place = self._place_of(Target.BIRTH_DATE)
        if place is None or self.cleaned_data.get("date_order"):
            return
        dates = values_of(self._sample.rows, place)
        order, ambiguous = guess_order(dates), ambiguous_date(dates)
        if order is None and ambiguous:
            sentence = gettext("%(date)s can be read in two ways. Say which.") % {"date": ambiguous}
            self.add_error("date_order", sentence)
        self.cleaned_data["date_order"] = order

    def _clean_consent(self) -> None:
        basis = self.cleaned_data.get("consent_basis")
        place = self._place_of(Target.CONSENT)
        if basis == ConsentBasis.COLUMN and place is None:
            self.add_error("consent_basis", gettext("Then choose above which column says who agreed."))
        if basis in (ConsentBasis.DECLARATION, ConsentBasis.NOBODY) and place is not None:
            sentence = gettext("“%(header)s” says who agreed. Follow it, or choose above not to import it.")
            self.add_error("consent_basis", sentence % {"header": self._sample.headers[place]})

    def _place_of(self, target: Target) -> int | None:
        return next((place for place in self._places if self.cleaned_data.get(f"target_{place}") == target), None)


def _initial(guess: Guess, country: str) -> dict[str, Any]:
    has_consent = any(column.target == Target.CONSENT for column in guess.columns)
    initial: dict[str, Any] = {
        "country": guess.country or country,
        "date_order": guess.date_order or "",
        "consent_basis": ConsentBasis.COLUMN if has_consent else "",
        "purpose": Purpose.MARKETING,
    }
    for place, column in enumerate(guess.columns):
        initial[f"target_{place}"] = column.target.value
        initial[f"attribute_{place}"] = column.attribute
    return initial


def _column(given: Mapping[str, Any], place: int) -> ColumnChoice:
    target = Target(given.get(f"target_{place}") or Target.IGNORE)
    if target != Target.ATTRIBUTE:
        return ColumnChoice(target=target)
    name = variable_name(given.get(f"attribute_{place}") or "")
    return ColumnChoice(target=target, attribute=name) if name else ColumnChoice(target=Target.IGNORE)


def _wrong_with(name: str, others: set[str]) -> str:
    if not name:
        return gettext("Give the attribute a name of letters or digits.")
    if name in RESERVED_ATTRIBUTES:
        return gettext("“%(name)s” is a field of its own. Choose it above, or give another name.") % {"name": name}
    if name in others:
        return gettext("Another column becomes the attribute “%(name)s” already.") % {"name": name}
    return ""


def _target_choices() -> list[tuple[Any, Any]]:
    elsewhere = (Target.CONSENT, Target.ATTRIBUTE, Target.IGNORE)
    about = [target for target in Target if target not in ADDRESS_KINDS and target not in elsewhere]
    groups = ((_("Where to reach them"), ADDRESS_KINDS), (_("About them"), about), (_("Else"), elsewhere))
    return [(label, [(target.value, target.label) for target in targets]) for label, targets in groups]
