"""Forms that ask what a provider wants to know, beside fields of our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.provider import FieldKind, SettingsField

PREFIX = "setting_"
_MISSING = {"required": _("Please fill this in.")}
_NO_CORRECTION = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


@dataclass(frozen=True, kw_only=True)
class Section:
    """Fields that stand together under `title`; where they may all stay empty, and do, they are folded away.

    Of each field it is told whether it needs the whole width.
    """

    title: str | Promise
    fields: Sequence[tuple[BoundField, bool]]
    is_folded: bool


class AskedForm(forms.ModelForm):
    """A form with fields that a provider asks for, beside those of the model."""

    asked: tuple[SettingsField, ...] = ()

    def add_asked(
        self, asked: tuple[SettingsField, ...], known: Mapping[str, Any], *, kept: str | Promise = ""
    ) -> None:
        """Add the fields of `asked`, filled with what is `known`, but never with a secret.

        `kept` is what a field says whose secret is known already.
        """
        self.asked = asked
        for one in asked:
            is_kept = one.kind is FieldKind.SECRET and bool(known.get(one.name))
            self.fields[PREFIX + one.name] = asked_field(one, kept=kept if is_kept else "")
            if one.kind is not FieldKind.SECRET and one.name in known:
                self.initial[PREFIX + one.name] = known[one.name]

    def full_clean(self) -> None:
        """Check everything; secrets that were typed are not shown again even then, so their fields say so."""
        super().full_clean()
        if self.is_bound and self.errors:
            for one in self._secrets():
                if self.data.get(self.add_prefix(PREFIX + one.name)):
                    self[PREFIX + one.name].help_text = _("Type it again: it is not shown, nor kept until then.")

    def answers(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """What was answered; a secret that was left empty stays as it is `known`."""
        given = {one.name: self.cleaned_data.get(PREFIX + one.name, "") for one in self.asked}
        secrets = {one.name for one in self._secrets()}
        return {
            name: known.get(name, "") if name in secrets and not value else _stripped(value)
            for name, value in given.items()
        }

    def complain(self, complaints: Mapping[str, Any]) -> None:
        """Put each of a provider's `complaints` next to its field, unless something is said there already."""
        for name, sentence in complaints.items():
            field = PREFIX + name if PREFIX + name in self.fields else None
            if field not in self.errors:
                self.add_error(field, sentence)

    @property
    def own_fields(self) -> list[BoundField]:
        """The fields of the model."""
        return [field for field in self if not field.name.startswith(PREFIX)]

    @property
    def sections(self) -> list[Section]:
        """The provider's fields, by section."""
        return [
            self._section(title, [PREFIX + one.name for one in group])
            for title, group in groupby(self.asked, key=lambda one: one.section)
        ]

    def _section(self, title: str | Promise, names: Sequence[str]) -> Section:
        fields = [self[name] for name in names]
        is_used = any(field.field.required or field.errors or _says_something(field) for field in fields)
        widths = [(field, _is_wide(field)) for field in fields]
        return Section(title=title, fields=widths, is_folded=bool(title) and not is_used)

    def _secrets(self) -> list[SettingsField]:
        return [one for one in self.asked if one.kind is FieldKind.SECRET]


def asked_field(asked: SettingsField, *, kept: str | Promise = "") -> forms.Field:
    """The form field that asks for `asked`; with `kept`, one that may stay empty and says so."""
    common: dict[str, Any] = {
        "label": asked.label,
        "help_text": kept or asked.help_text,
        "required": asked.is_required and not kept,
        "error_messages": _MISSING,
    }
    match asked.kind:
        case FieldKind.BOOLEAN:
            return forms.BooleanField(initial=bool(asked.default), **common | {"required": False})
        case FieldKind.CHOICE:
            return forms.ChoiceField(choices=list(asked.choices), initial=asked.default, **common)
        case FieldKind.SECRET:
            hidden = forms.PasswordInput(attrs=_NO_CORRECTION | {"autocomplete": "new-password"})
            return forms.CharField(widget=hidden, **common)
        case FieldKind.LONG_TEXT:
            rows = forms.Textarea(attrs=_NO_CORRECTION | {"rows": 4})
            return forms.CharField(widget=rows, initial=asked.default, **common)
        case FieldKind.NUMBER:
            digits = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
            return forms.CharField(widget=digits, initial=asked.default, **common)
        case _:
            line = forms.TextInput(attrs=_NO_CORRECTION)
            return forms.CharField(widget=line, initial=asked.default, **common)


def _is_wide(field: BoundField) -> bool:
    is_long = isinstance(field.field.widget, forms.Textarea | forms.CheckboxInput)
    return is_long or field.name == f"{PREFIX}url"


def _says_something(field: BoundField) -> bool:
    """Does the field hold something else than what it begins with?"""
    return (field.value() or "") != (field.field.initial or "")


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
