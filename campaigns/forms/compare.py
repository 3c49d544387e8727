"""With which other campaign one is compared."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus

# A list that is longer is not read; an older campaign can still be asked for by the address.
_MOST_CHOICES = 200


class CompareForm(forms.Form):
    """The other campaign, and whether both are shown as they stood at the same age."""

    is_same_age = forms.BooleanField(label=_("Both at the age of the younger one"), required=False)

    def __init__(self, query: QueryDict, *, campaign: Campaign) -> None:
        super().__init__(query)
        launched = Campaign.objects.exclude(status__in=[CampaignStatus.DRAFT, CampaignStatus.SCHEDULED])
        others = launched.exclude(pk=campaign.pk).order_by("-launched_at", "-pk")
        field = forms.ModelChoiceField(others, label=_("Compare with"), required=False)
        field.widget.choices = [("", _("Choose a campaign")), *others.values_list("pk", "name")[:_MOST_CHOICES]]
        self.fields["other"] = field

    @property
    def chosen(self) -> Campaign | None:
        """The other campaign; None as long as none is chosen."""
        return self.cleaned_data.get("other") if self.is_valid() else None

    @property
    def has_same_age(self) -> bool:
        """Shall both be shown as they stood at the same age?"""
        return self.is_valid() and bool(self.cleaned_data["is_same_age"])
