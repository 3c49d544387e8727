"""Forms of the Channels pages. An account's questions are its provider's."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.connecting import known_settings
from campaigns.forms.asked import PREFIX, AskedForm
from channels.kinds import Channel
from channels.models import Account, Sender
from channels.provider import FieldKind
from channels.registry import provider_class
from channels.settings_fields import check_fields

# The field in which a provider asks for the vendor's host, where it does not ask for a web address.
HOST = "host"


class AccountForm(AskedForm):
    """An account at the vendor of `self.instance`; `self.settings` are the valid answers."""

    class Meta:
        model = Account
        fields = ("name", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known_settings(self.instance)
        kept = _("Saved. Leave empty to keep it.")
        if self.instance.pk is None:
            kept = _("Leave empty: this installation's own sandbox knows it.")
        self.add_asked(tuple(provider_class(self.instance.provider).settings_fields), self.known, kept=kept)
        self.fields["is_active"].help_text = _("Switched off, nothing is sent through it; reports still come in.")

    def clean(self) -> dict[str, Any]:
        """Ask the provider whether the answers can work."""
        cleaned = super().clean() or {}
        self.settings = self.answers(self.known)
        self.complain(self._moved())
        self.complain(provider_class(self.instance.provider).validate_settings(self.settings))
        return cleaned

    def _moved(self) -> dict[str, str]:
        """A kept secret is not for another host: whoever could send it there would have read it."""
        if _hosts(self.known, self.instance) == _hosts(self.settings, self.instance):
            return {}
        kept = [one.name for one in self._secrets() if self.known.get(one.name)]
        untyped = [name for name in kept if not self.cleaned_data.get(PREFIX + name)]
        return dict.fromkeys(untyped, gettext("The address has changed: type it again."))


def _hosts(settings: Mapping[str, Any], account: Account) -> set[str]:
    """The hosts, with their ports, to which an account with `settings` connects."""
    fields = provider_class(account.provider).settings_fields
    urls = [str(settings.get(one.name, "")) for one in fields if one.kind is FieldKind.URL or one.name == "url"]
    return {urlsplit(url).netloc.lower() for url in urls} | {str(settings.get(HOST, "")).lower()}


class SenderForm(AskedForm):
    """A sender on the account of `self.instance`."""

    class Meta:
        model = Sender
        fields = ("channel", "name", "identity", "rate_per_second", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = provider_class(self.instance.account.provider)
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"),
            choices=[(channel.value, channel.label) for channel in Channel if channel in provider.channels],
            disabled=self.instance.pk is not None,
        )
        self.fields["rate_per_second"].help_text = _("As many as the vendor allows; all workers together keep to it.")
        self.fields["is_active"].help_text = _("Switched off, no campaign can send from it.")
        self.add_asked(tuple(provider.sender_fields), self.instance.settings)

    def clean_rate_per_second(self) -> int:
        """A sender that may send nothing is switched off instead."""
        rate: int = self.cleaned_data["rate_per_second"]
        if rate < 1:
            raise forms.ValidationError(_("At least 1. To send nothing, switch the sender off."))
        return rate

    def clean(self) -> dict[str, Any]:
        """The identity is taken once per account and channel."""
        cleaned = super().clean() or {}
        self.instance.settings = self.answers(self.instance.settings)
        self.complain(check_fields(self.asked, self.instance.settings))
        same = Sender.objects.filter(
            account=self.instance.account,
            channel=cleaned.get("channel", self.instance.channel),
            identity=cleaned.get("identity"),
            archived_at=None,
        ).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("identity", gettext("This account has such a sender already."))
        return cleaned
