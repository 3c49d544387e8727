"""Forms about a campaign as a whole: what it is called, whom it is for, and the list's filter."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.forms.segment_choice import SegmentField
from campaigns.listing import ALIVE, ARCHIVED
from campaigns.models import Campaign, Purpose, Segment
from campaigns.models.campaigns import CampaignKind, CampaignStatus


class AudienceForm(forms.Form):
    """Name, kind, purpose and audience of a draft."""

    name = forms.CharField(label=_("Name"), max_length=150, help_text=_("Only your team sees it."))
    kind = forms.ChoiceField(
        label=_("Starts"),
        choices=[
            (CampaignKind.ONCE, _("Once, for an audience")),
            (CampaignKind.API, _("For each person whom your system sends by API")),
        ],
        widget=forms.RadioSelect,
        initial=CampaignKind.ONCE,
    )
    segment = SegmentField(
        label=_("Audience"),
        queryset=Segment.objects.none(),
        required=False,
        empty_label=_("Everyone"),
        help_text=_("Only for a campaign that starts once."),
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=Purpose.choices,
        initial=Purpose.MARKETING,
        help_text=_(
            "Marketing goes only to people who have agreed to it. Transactional is for orders, bookings and the"
            " like: quiet hours and limits do not hold it back."
        ),
    )

    def __init__(self, *args: Any, campaign: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segments = Segment.objects.present()
        if campaign and campaign.segment_id:
            segments |= Segment.objects.filter(pk=campaign.segment_id)
        cast("SegmentField", self.fields["segment"]).queryset = segments

    @classmethod
    def of(cls, campaign: Campaign) -> "AudienceForm":
        """The form as `campaign` is saved."""
        saved = {field: getattr(campaign, field) for field in ("name", "kind", "purpose", "segment")}
        return cls(initial=saved, campaign=campaign)

    def clean(self) -> dict[str, Any]:
        """The answers; a campaign to which people come one by one has no audience, whatever was chosen before."""
        given = super().clean() or {}
        if given.get("kind") != CampaignKind.ONCE:
            given["segment"] = None
        return given


class CopyForm(forms.Form):
    """The name of a copy."""

    name = forms.CharField(label=_("Name of the copy"), max_length=150)


class CampaignFilterForm(forms.Form):
    """What of the list of campaigns is shown. Wrong values filter nothing."""

    q = forms.CharField(label=_("Search"), required=False, max_length=150)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", pgettext_lazy("campaigns", "All")),
            (ALIVE, _("Running, paused or scheduled")),
            *CampaignStatus.choices,
            (ARCHIVED, pgettext_lazy("campaigns", "Archived")),
        ],
    )
