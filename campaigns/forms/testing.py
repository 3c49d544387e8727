"""The form of a test person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.audience.addresses import normalise
from campaigns.models import Installation, TestPerson
from channels.kinds import AddressKind

# Asked for first; the others are for few.
_USUAL = (AddressKind.PHONE, AddressKind.EMAIL)


class TestPersonForm(forms.ModelForm):
    """A test person, and where they are reached: a field for each kind of address."""

    __test__ = False

    class Meta:
        model = TestPerson
        fields = ("name",)
        labels = {"name": pgettext_lazy("a person", "Name")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
        error_messages = {"name": {"unique": _("Somebody of this name is among the test people already.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {each.kind: each.value for each in self.instance.addresses.all()} if self.instance.pk else {}
        for kind in AddressKind:
            widget = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields[kind.value] = forms.CharField(
                label=kind.label, required=False, max_length=500, initial=known.get(kind.value, ""), widget=widget
            )

    @property
    def usual(self) -> list[forms.BoundField]:
        """The fields of the addresses that most have."""
        return [self[kind.value] for kind in _USUAL]

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields of all other addresses."""
        return [self[kind.value] for kind in AddressKind if kind not in _USUAL]

    @property
    def has_others(self) -> bool:
        """Is one of the other addresses known, or wrong?"""
        return any(field.value() or field.errors for field in self.others)

    def clean(self) -> None:
        """Addresses as they are stored, read as those of an import are."""
        super().clean()
        country = Installation.current().default_country
        for kind in AddressKind:
            written = self.cleaned_data.get(kind.value)
            if not written:
                continue
            try:
                self.cleaned_data[kind.value] = normalise(kind, written, country)
            except ValueError as error:
                self.add_error(kind.value, str(error))
        if not self.errors and not self.addresses:
            raise forms.ValidationError(_("Give at least one address: a phone number, an email address or an id."))

    @property
    def addresses(self) -> dict[str, str]:
        """The given addresses by their kinds."""
        return {kind.value: value for kind in AddressKind if (value := self.cleaned_data.get(kind.value))}
