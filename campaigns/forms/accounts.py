"""Forms of the Channels pages. An account's questions are its provider's."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.connecting import known_settings
from campaigns.models import Installation
from channels.kinds import Channel
from channels.models import Account, Price, Sender
from channels.provider import FieldKind, SettingsField
from channels.registry import provider_class

PREFIX = "setting_"


def asked_field(asked: SettingsField, *, has_secret: bool = False) -> forms.Field:
    """The form field that asks for `asked`. Whether it must be filled in is the provider's to say."""
    common: dict[str, Any] = {"label": asked.label, "help_text": asked.help_text, "required": False}
    if asked.kind is FieldKind.BOOLEAN:
        return forms.BooleanField(initial=bool(asked.default), **common)
    if asked.kind is FieldKind.CHOICE:
        return forms.ChoiceField(choices=list(asked.choices), initial=asked.default, **common)
    if asked.kind is FieldKind.SECRET:
        common["help_text"] = _("Saved. Leave empty to keep it.") if has_secret else asked.help_text
        return forms.CharField(
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}), **common
        )
    if asked.kind is FieldKind.LONG_TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), initial=asked.default, **common)
    return forms.CharField(initial=asked.default, **common)


class AskedForm(forms.ModelForm):
    """A form with fields that a provider asks for, beside those of the model."""

    asked: tuple[SettingsField, ...] = ()

    def add_asked(self, asked: tuple[SettingsField, ...], known: Mapping[str, Any]) -> None:
        """Add the fields of `asked`, filled with what is `known`, but never with a secret."""
        self.asked = asked
        for one in asked:
            is_secret = one.kind is FieldKind.SECRET
            self.fields[PREFIX + one.name] = asked_field(one, has_secret=is_secret and bool(known.get(one.name)))
            if not is_secret and one.name in known:
                self.initial[PREFIX + one.name] = known[one.name]

    def answers(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """What was answered; a secret that was left empty stays as it is `known`."""
        given = {one.name: self.cleaned_data.get(PREFIX + one.name, "") for one in self.asked}
        secrets = {one.name for one in self.asked if one.kind is FieldKind.SECRET}
        return {
            name: known.get(name, "") if name in secrets and not value else _stripped(value)
            for name, value in given.items()
        }

    def complain(self, complaints: Mapping[str, Any]) -> None:
        """Put each of a provider's `complaints` next to its field."""
        for name, sentence in complaints.items():
            self.add_error(PREFIX + name if PREFIX + name in self.fields else None, sentence)


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class AccountForm(AskedForm):
    """An account at the vendor of `self.instance`."""

    class Meta:
        model = Account
        fields = ("name", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known_settings(self.instance)
        self.add_asked(tuple(provider_class(self.instance.provider).settings_fields), self.known)
        self.fields["is_active"].help_text = _("Switched off, nothing is sent through it; reports still come in.")

    def clean(self) -> dict[str, Any]:
        """Ask the provider whether the answers can work."""
        cleaned = super().clean() or {}
        self.settings = self.answers(self.known)
        self.complain(provider_class(self.instance.provider).validate_settings(self.settings))
        return cleaned


class SenderForm(AskedForm):
    """A sender on the account of `self.instance`."""

    class Meta:
        model = Sender
        fields = ("channel", "name", "identity", "rate_per_second", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = provider_class(self.instance.account.provider)
        self.fields["channel"].choices = [
            (channel.value, channel.label) for channel in Channel if channel in provider.channels
        ]
        self.fields["channel"].disabled = self.instance.pk is not None
        self.fields["rate_per_second"].min_value = 1
        self.fields["rate_per_second"].help_text = _("All workers together keep to it.")
        self.add_asked(tuple(provider.sender_fields), self.instance.settings)

    def clean(self) -> dict[str, Any]:
        """The identity is taken once per account and channel."""
        cleaned = super().clean() or {}
        self.instance.settings = self.answers(self.instance.settings)
        same = Sender.objects.filter(
            account=self.instance.account,
            channel=cleaned.get("channel", self.instance.channel),
            identity=cleaned.get("identity"),
            archived_at=None,
        ).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("identity", gettext("This account has such a sender already."))
        return cleaned


class PriceForm(forms.ModelForm):
    """What a message costs on one channel, everywhere or in one country."""

    class Meta:
        model = Price
        fields = ("channel", "country", "amount", "currency", "rate")

    def __init__(self, *args: Any, channels: tuple[Channel, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = Installation.current().reporting_currency
        self.fields["channel"].choices = [(channel.value, channel.label) for channel in channels]
        self.fields["country"].help_text = _("Two letters; empty is everywhere else.")
        self.fields["amount"].help_text = _("Of one message; of one part, for SMS.")
        self.fields["amount"].min_value = 0
        self.fields["currency"].initial = currency
        self.fields["rate"].help_text = _("How many %(currency)s one unit is worth.") % {"currency": currency}

    def clean_country(self) -> str:
        """The country as stored."""
        return str(self.cleaned_data["country"]).upper()

    def clean_currency(self) -> str:
        """The currency as stored: three letters."""
        currency = str(self.cleaned_data["currency"]).upper()
        if len(currency) != 3 or not currency.isalpha():
            raise forms.ValidationError(_("A currency has three letters, as in USD or EUR."))
        return currency


class PriceFormSet(forms.BaseModelFormSet):
    """The prices of an account, each channel and country once."""

    def clean(self) -> None:
        """A second price for the same thing is an error at its row."""
        super().clean()
        seen: set[tuple[str, str]] = set()
        for form in self.forms:
            row = getattr(form, "cleaned_data", None)
            if not row or row.get("DELETE") or "channel" not in row:
                continue
            told = (row["channel"], row.get("country", ""))
            if told in seen:
                form.add_error("channel", _("There is a price for this channel and country already."))
            seen.add(told)
