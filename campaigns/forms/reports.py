"""What a report is about, and as what it is taken away."""

from django import forms
from django.db import models
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
    """From which day to which campaigns were launched; the last thirty days where nothing is said."""

    begins_on = forms.DateField(
        label=_("Launched from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_begins_on(self) -> object:
        """The usual beginning where none is given."""
        return self.cleaned_data["begins_on"] or Period.usual().begins_on

    def clean(self) -> dict[str, object]:
        """The end is today where none is given, and not before the beginning."""
        given = self.cleaned_data
        given["ends_on"] = given.get("ends_on") or Period.usual().ends_on
        if "begins_on" in given and given["begins_on"] > given["ends_on"]:
            self.add_error("ends_on", _("It ends before it begins."))
        return given

    @property
    def period(self) -> Period:
        """What was asked for; the usual period while the form has errors."""
        if not self.is_valid():
            return Period.usual()
        return Period(begins_on=self.cleaned_data["begins_on"], ends_on=self.cleaned_data["ends_on"])
