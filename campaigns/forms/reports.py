"""What a report is about, and as what it is taken away."""

from datetime import date
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.exporting import FileFormat
from campaigns.forms.questions import QuestionForm
from campaigns.periods import Period, Preset

_DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]


class Report(models.TextChoices):
    """What of a campaign is exported."""

    CAMPAIGN = "campaign", _("Campaign")
    STEPS = "steps", _("Steps")
    PEOPLE = "people", _("People")


class ExportForm(QuestionForm):
    """Which report of a campaign, as what; for people also whose."""

    report = forms.ChoiceField(choices=Report)
    format = forms.ChoiceField(choices=FileFormat)


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "min": "2000-01-01", "max": "2100-12-31"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """From which day to which."""

    begins_on = forms.DateField(label=pgettext_lazy("day", "From"), widget=_day_input(), validators=_DAYS)
    ends_on = forms.DateField(label=_("Until"), widget=_day_input(), validators=_DAYS)

    @classmethod
    def asked(cls, query: QueryDict) -> "PeriodForm":
        """The form as `query` fills it: with its days, or with those of a usual period that it names."""
        if cls.base_fields.keys() & query.keys():
            return cls(query)
        named = query.get("period", "")
        return cls.of(Period.of(Preset(named) if named in Preset.values else Preset.LAST_30))

    @classmethod
    def of(cls, period: Period) -> "PeriodForm":
        """The form filled with the days of `period`, which it gives back as it is."""
        form = cls({"begins_on": period.begins_on, "ends_on": period.ends_on})
        form._preset = period.preset
        return form

    _preset = Preset.OWN

    def clean(self) -> dict[str, object]:
        """The end does not come before the beginning."""
        begins_on, ends_on = self.cleaned_data.get("begins_on"), self.cleaned_data.get("ends_on")
        if begins_on and ends_on and begins_on > ends_on:
            self.add_error("ends_on", _("It ends before it begins."))
        return self.cleaned_data

    @property
    def period(self) -> Period:
        """What was asked for; the usual period while the form has errors."""
        if not self.is_valid():
            return Period.of(Preset.LAST_30)
        days = self.cleaned_data
        return Period(begins_on=days["begins_on"], ends_on=days["ends_on"], preset=self._preset)

    @property
    def query(self) -> str:
        """The part of an address that asks for the same period."""
        return period_query(self.period)


def period_query(period: Period) -> str:
    """The part of an address that asks for `period`: by its name where it has one."""
    if period.preset != Preset.OWN:
        return urlencode({"period": period.preset.value})
    return urlencode({"begins_on": period.begins_on, "ends_on": period.ends_on})
