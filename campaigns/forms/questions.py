"""Whose list an address asks for."""

from django import forms

from campaigns.asked_languages import read_language
from campaigns.models import Campaign
from campaigns.reports_people import Question


class QuestionForm(forms.Form):
    """A figure of a campaign; of one step, one route or one language if these are given."""

    figure = forms.CharField(required=False, empty_value="audience")
    step = forms.CharField(required=False)
    route = forms.IntegerField(required=False, min_value=1)
    language = forms.CharField(required=False)

    def question_about(self, campaign: Campaign) -> Question:
        """What was asked of `campaign`, once the form is valid. There may be no such figure."""
        given = self.cleaned_data
        return Question(
            campaign_id=campaign.pk,
            figure=given["figure"],
            step_key=given["step"],
            route_id=given["route"],
            language=read_language(given["language"]),
        )
