"""What a report is about, and as what it is taken away."""

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from campaigns.exporting import FileFormat
from campaigns.reports_period import Period


class Report(models.TextChoices):
    """What of a campaign is exported."""

    CAMPAIGN = "campaign", _("Campaign")
    STEPS = "steps", _("Steps")
    PEOPLE = "people", _("People")


class ExportForm(forms.Form):
    """Which report of a campaign, as what; for people also which figure's (reports_people.Question)."""

    report = forms.ChoiceField(choices=Report)
    format = forms.ChoiceField(choices=FileFormat)
    figure = forms.CharField(required=False, empty_value="audience")
    step = forms.CharField(required=False)
    route = forms.IntegerField(required=False)


class PeriodForm(forms.Form):
    """From which day to which campaigns were launched."""

    begins_on = forms.DateField(
        label=_("Launched from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    @classmethod
    def asked(cls, query: QueryDict) -> "PeriodForm":
        """The form as `query` fills it; the last thirty days where it says nothing at all."""
        if cls.base_fields.keys() & query.keys():
            return cls(query)
        usual = Period.usual()
        return cls({"begins_on": usual.begins_on, "ends_on": usual.ends_on})

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
            return Period.usual()
        return Period(begins_on=self.cleaned_data["begins_on"], ends_on=self.cleaned_data["ends_on"])
