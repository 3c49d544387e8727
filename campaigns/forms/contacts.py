"""The forms of a person's page: particulars, attributes, an address, a consent, a suppression."""

import json
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from campaigns.asked_ids import read_id
from campaigns.audience import birth_dates, cleaning, places
from campaigns.audience.file_names import offered_files
from campaigns.audience.finding import Sort, Wish
from campaigns.audience.headers import attribute_name
from campaigns.forms.choices import time_zones
from campaigns.forms.segment_choice import SegmentField
from campaigns.models import Contact, ContactImport, Segment
from campaigns.models.consent import ConsentStatus
from channels.kinds import AddressKind, Channel


class FindForm(forms.Form):
    """What the list of contacts is narrowed by. What makes no sense narrows nothing."""

    q = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=200,
        widget=forms.SearchInput(attrs={"placeholder": _("Name, number, email or id")}),
    )
    segment = SegmentField(
        label=_("Segment"), queryset=Segment.objects.present(), empty_label=_("All contacts"), required=False
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    channel = forms.ChoiceField(
        label=_("Reachable on"), choices=[("", _("any channel or none")), *Channel.choices], required=False
    )
    file = forms.ModelChoiceField(
        label=_("Added by the file"),
        queryset=ContactImport.objects.all(),
        empty_label=_("any file or none"),
        required=False,
    )
    is_suppressed = forms.BooleanField(label=_("With an address that must not be messaged"), required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=Sort.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("country", [("", _("any country")), *places.country_choices()])
        self._offer("language", [("", _("any language")), *places.language_choices()])
        chosen = {read_id(str(self.data.get("file", "")))} - {0}
        self._offer("file", [("", _("any file or none")), *offered_files(chosen)])
        self.is_valid()

    @property
    def wish(self) -> Wish:
        """Whom the list is to show."""
        asked = self.cleaned_data
        return Wish(
            text=asked.get("q", ""),
            segment=asked.get("segment"),
            country=asked.get("country", ""),
            language=asked.get("language", ""),
            channel=asked.get("channel", ""),
            contact_import=asked.get("file"),
            is_suppressed=asked.get("is_suppressed", False),
            sort=Sort(asked.get("sort") or Sort.NEWEST),
        )

    @property
    def filters(self) -> list[forms.BoundField]:
        """What is folded away below the search."""
        return [self[name] for name in ("country", "language", "channel", "file", "is_suppressed")]

    @property
    def has_filters(self) -> bool:
        """Whether one of them narrows the list."""
        return any(self.cleaned_data.get(field.name) for field in self.filters)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything does."""
        return self.has_filters or any(self.cleaned_data.get(name) for name in ("q", "segment"))

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices


class ContactForm(forms.ModelForm):
    """Who a contact is."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Quiet hours keep to it."), required=False)
    preferences = forms.CharField(label=_("Preferences"), help_text=_("With commas between them."), required=False)

    class Meta:
        model = Contact
        fields = (
            "first_name",
            "last_name",
            "birth_date",
            "language",
            "country",
            "time_zone",
            "preferences",
            "external_id",
            "is_trackable",
        )
        error_messages = {"external_id": {"unique": _("Another contact has this id already.")}}
        widgets = {"birth_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "is_trackable": _("Their opens and clicks are recorded. Without it they get direct links and no pixel.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["preferences"] = ", ".join(self.instance.preferences)
        choices = {
            "language": places.language_choices(),
            "country": places.country_choices(),
            "time_zone": list(time_zones()),
        }
        for name, known in choices.items():
            self.fields[name].choices = _with_present(known, getattr(self.instance, name))  # type: ignore[attr-defined]

    def clean_birth_date(self) -> date | None:
        """A day on which somebody who lives can have been born, as an import takes it."""
        born: date | None = self.cleaned_data["birth_date"]
        try:
            return born and birth_dates.possible(born, today=localdate(), written=date_format(born))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_preferences(self) -> list[str]:
        """The list of words."""
        try:
            return cleaning.clean_preferences(self.cleaned_data["preferences"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_external_id(self) -> str | None:
        """The id, or None: many may have none, but no two the same."""
        return self.cleaned_data["external_id"] or None


class AttributeForm(forms.Form):
    """One attribute. Emptying its value takes it away."""

    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    value = forms.CharField(label=_("Value"), max_length=1000, required=False)

    def clean_name(self) -> str:
        """The name as texts can use it: "Last order" becomes last_order."""
        return attribute_name(self.cleaned_data["name"]) if self.cleaned_data["name"] else ""

    def clean(self) -> None:
        """A value needs a name."""
        if self.cleaned_data.get("value") and not self.cleaned_data.get("name"):
            self.add_error("name", _("Name the attribute."))


class BaseAttributeFormSet(forms.BaseFormSet):
    """All attributes of a contact, and two empty rows."""

    def attributes(self, present: dict[str, Any]) -> dict[str, Any]:
        """The attributes of a valid form; what was not changed keeps the type it has in `present`."""
        given = {row["name"]: row["value"] for row in self.cleaned_data if row.get("name") and row.get("value")}
        written = {name: as_text(value) for name, value in present.items()}
        return {name: present[name] if written.get(name) == value else value for name, value in given.items()}


AttributeFormSet = cast(
    "type[BaseAttributeFormSet]",
    forms.formset_factory(AttributeForm, formset=BaseAttributeFormSet, extra=2, max_num=200),
)


def attribute_rows(contact: Contact) -> list[dict[str, str]]:
    """The rows that AttributeFormSet begins with."""
    return [{"name": name, "value": as_text(value)} for name, value in sorted(contact.attributes.items())]


def as_text(value: Any) -> str:
    """An attribute's value as it is read: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class AddressForm(forms.Form):
    """A further address of a contact."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AddressKind.choices)
    value = forms.CharField(label=_("Address"), max_length=500)
    is_primary = forms.BooleanField(label=_("Message this one from now on"), required=False)


class ConsentForm(forms.Form):
    """What a person said about being messaged, and how a colleague knows."""

    status = forms.ChoiceField(label=_("They said"), choices=ConsentStatus.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("How do you know?"),
        help_text=_("For example: signed the form in the shop on 12 March. It is kept in the history."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """Why something is done that others may ask about."""

    note = forms.CharField(label=_("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def _with_present(known: list[tuple[str, str]], present: str) -> list[tuple[str, Any]]:
    others = [(present, present)] if present and present not in {code for code, _name in known} else []
    return [("", _("not known")), *known, *others]
