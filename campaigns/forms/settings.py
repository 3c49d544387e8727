"""The form of what holds for the whole installation."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from campaigns.forms.choices import time_zones
from campaigns.models import Installation
from campaigns.reports_counts import has_cost_anything


class InstallationForm(forms.ModelForm):
    """Name, defaults of new campaigns and imports, currency."""

    time_zone = forms.ChoiceField(
        label=_("Time zone of contacts without one"),
        help_text=_("Quiet hours keep to it where a contact's own zone is unknown."),
        choices=lambda: list(time_zones()),
    )

    class Meta:
        model = Installation
        fields = (
            "name",
            "default_country",
            "reporting_currency",
            "time_zone",
            "quiet_from",
            "quiet_until",
            "cap_campaigns",
            "cap_days",
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts: ClassVar[dict[str, str | Promise]] = {
            "default_country": _("Two letters, as in US or UA. Phone numbers without a country code are read so."),
            "reporting_currency": _(
                "Three letters, as in USD or EUR. It can be chosen until the first message has cost something."
            ),
            "quiet_from": _("Nobody is messaged in these hours of their own time zone. Empty both to have none."),
            "cap_campaigns": _("At most so many marketing campaigns reach one person. Empty: as many as you launch."),
            "cap_days": _("The days that are counted together."),
        }

    def clean_default_country(self) -> str:
        """The country's code in capitals, if phone numbers can be read for it."""
        country = str(self.cleaned_data["default_country"]).upper()
        if country not in SUPPORTED_REGIONS:
            raise forms.ValidationError(_("No country has this code. Write two letters, as in US."))
        return country

    def clean_reporting_currency(self) -> str:
        """The currency's code in capitals, which stays the same once something has cost."""
        currency = str(self.cleaned_data["reporting_currency"]).upper()
        if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
            raise forms.ValidationError(_("Write the three letters of a currency, as in USD."))
        if currency != (counted_in := self.initial["reporting_currency"]) and has_cost_anything():
            raise forms.ValidationError(
                _("What was sent so far is counted in %(currency)s, and sums of two currencies cannot be added up."),
                params={"currency": counted_in},
            )
        return currency

    def clean_cap_days(self) -> int:
        """At least one day."""
        days = int(self.cleaned_data["cap_days"])
        if days < 1:
            raise forms.ValidationError(_("Count at least one day."))
        return days

    def clean(self) -> dict[str, Any]:
        """Quiet hours have both ends or none, and the ends differ."""
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if "quiet_from" in cleaned and "quiet_until" in cleaned and (start is None) != (end is None):
            missing = "quiet_from" if start is None else "quiet_until"
            self.add_error(missing, _("Quiet hours need both a beginning and an end, or neither."))
        elif start is not None and start == end:
            self.add_error(
                "quiet_until", _("Quiet hours that end when they begin are none. Empty both, or change one.")
            )
        return cleaned
