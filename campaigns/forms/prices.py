"""The form of an account's prices: a row for each channel and country."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext_lazy as _

from campaigns.forms.amounts import plain
from channels.kinds import Channel
from channels.models import Account, Price


class PriceForm(forms.ModelForm):
    """What a message costs on one channel, everywhere or in one country; reports are in `reporting_currency`."""

    class Meta:
        model = Price
        fields = ("channel", "country", "amount", "currency", "rate")
        localized_fields = ("amount", "rate")

    def __init__(
        self, *args: Any, channels: tuple[Channel, ...] = (), reporting_currency: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reporting_currency = reporting_currency
        # A row in which only the first channel stands, as the browser chose it, is an empty row.
        choices = [(channel.value, channel.label) for channel in channels]
        self.fields["channel"] = forms.ChoiceField(label=_("Channel"), choices=choices, initial=choices[0][0])
        self.fields["currency"].initial = reporting_currency
        for name in ("amount", "rate"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"
            if name in self.initial:
                self.initial[name] = plain(self.initial[name])

    def clean_country(self) -> str:
        """The country as stored: two letters, or nothing."""
        country = str(self.cleaned_data["country"]).strip().upper()
        if country and (len(country) != 2 or not country.isascii() or not country.isalpha()):
            raise forms.ValidationError(_("A country has two letters, as in ES or UA."))
        return country

    def clean_amount(self) -> Decimal:
        """A price; nothing is paid to us for messages."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount < 0:
            raise forms.ValidationError(_("A price cannot be negative."))
        return amount

    def clean_currency(self) -> str:
        """The currency as stored: three letters."""
        currency = str(self.cleaned_data["currency"]).upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise forms.ValidationError(_("A currency has three letters, as in USD or EUR."))
        return currency

    def clean_rate(self) -> Decimal:
        """What one unit of the currency is worth."""
        rate: Decimal = self.cleaned_data["rate"]
        if rate <= 0:
            raise forms.ValidationError(_("An exchange rate is more than 0."))
        return rate

    def clean(self) -> dict[str, Any]:
        """The currency of the reports is worth what it is worth."""
        cleaned = super().clean() or {}
        currency = self.reporting_currency
        if cleaned.get("currency") == currency and cleaned.get("rate", 1) != 1:
            self.add_error(
                "rate",
                _("Reports are in %(currency)s already, so one %(currency)s is 1.") % {"currency": currency},
            )
        return cleaned


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

    @property
    def told(self) -> dict[tuple[str, str], tuple[Decimal, str, Decimal]]:
        """The valid answers: by channel and country, the amount, its currency and the exchange rate."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return {(row["channel"], row["country"]): (row["amount"], row["currency"], row["rate"]) for row in rows}

    @property
    def shown(self) -> set[tuple[str, str]]:
        """The channels and countries of the prices that the page showed when it was opened."""
        return {(form.initial["channel"], form.initial["country"]) for form in self.initial_forms}


def price_formset(account: Account) -> type[PriceFormSet]:
    """A row for each price there is, and a few empty ones."""
    extra = 2 if account.prices.exists() else 4
    made = forms.modelformset_factory(Price, form=PriceForm, formset=PriceFormSet, extra=extra, can_delete=True)
    return cast("type[PriceFormSet]", made)


def in_usual_order(prices: QuerySet[Price]) -> QuerySet[Price]:
    """`prices` in the usual order of channels, the one for everywhere before those of countries."""
    places = [When(channel=channel.value, then=place) for place, channel in enumerate(Channel)]
    return prices.order_by(Case(*places), "country")
