"""Forms of what bounds a campaign: limits and schedule, of a draft and of one that runs."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns import drafting
from campaigns.engine import clock
from campaigns.forms.amounts import plain
from campaigns.models import Campaign, Installation, Priority
from campaigns.models.campaigns import CampaignKind


def _instant(label: Any, **options: Any) -> forms.DateTimeField:
    """A date and time in the zone of whoever fills it in."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, **options)


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class RunningLimitsForm(forms.Form):
    """The limits that may change while a campaign runs."""

    prefix = "limits"

    quiet_from = _time(_("Quiet hours from"))
    quiet_until = _time(_("until"))
    cap_campaigns = forms.IntegerField(
        label=_("At most this many campaigns"), required=False, min_value=1, max_value=1000
    )
    cap_days = forms.IntegerField(label=_("in so many days"), min_value=1, max_value=365)
    on_cap = forms.ChoiceField(label=_("Whoever has had as many:"), choices=Campaign.OnCap)
    budget = forms.DecimalField(
        label=_("Budget"),
        required=False,
        max_digits=14,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=Priority,
        coerce=int,
        help_text=_(
            "Where campaigns share a sender, a high one sends three messages for each one of a normal campaign."
        ),
    )

    fields_saved = ("quiet_from", "quiet_until", "cap_campaigns", "cap_days", "on_cap", "budget", "priority")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("budget"):
            self.initial["budget"] = plain(self.initial["budget"])
        currency = Installation.current().reporting_currency
        self.fields["budget"].help_text = _("In %(currency)s. When it is used up, nothing more is sent.") % {
            "currency": currency
        }

    def clean_budget(self) -> Any:
        """The budget; nothing at all would never send anything."""
        budget = self.cleaned_data["budget"]
        if budget is not None and budget <= 0:
            raise forms.ValidationError(_("A budget is more than nothing. Leave it empty for no limit."))
        return budget

    def clean(self) -> dict[str, Any]:
        """The answers; quiet hours have a beginning and an end, or neither."""
        given = super().clean() or {}
        for field, other in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
            if given.get(field) is None and given.get(other) is not None and field not in self.errors:
                self.add_error(field, _("Say both, or leave both empty for no quiet hours."))
        return given

    def limits(self) -> drafting.RunningLimits:
        """What a valid form asks for."""
        return drafting.RunningLimits(**{field: self.cleaned_data[field] for field in RunningLimitsForm.fields_saved})


class LimitsForm(RunningLimitsForm):
    """All limits of a draft."""

    grace_hours = forms.IntegerField(
        label=_("Grace after downtime, in hours"),
        min_value=1,
        max_value=720,
        help_text=_("If Cascade itself was down for longer, what fell due meanwhile is not sent late."),
    )
    do_machine_signals_count = forms.BooleanField(
        label=_("Opens and clicks of machines count"),
        help_text=_("Mail scanners and link previews open everything. Usually they should stop nobody's chain."),
        required=False,
    )
    untracked = forms.ChoiceField(label=_("People who may not be tracked"), choices=Campaign.Untracked)
    entry_policy = forms.ChoiceField(label=_("When somebody is still inside"), choices=Campaign.EntryPolicy)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if campaign.kind == CampaignKind.ONCE:
            # Nobody enters a second time, so there is nothing to decide.
            self.fields["entry_policy"].required = False
            self.fields["entry_policy"].widget = forms.HiddenInput()
            self.initial["entry_policy"] = campaign.entry_policy

    @classmethod
    def of(cls, campaign: Campaign) -> "LimitsForm":
        """The form as `campaign` is saved."""
        fields = (*cls.fields_saved, "do_machine_signals_count", "untracked", "entry_policy")
        saved = {field: getattr(campaign, field) for field in fields}
        saved["grace_hours"] = round(campaign.grace.total_seconds() / 3600)
        return cls(campaign=campaign, initial=saved)

    def limits(self) -> drafting.Limits:
        """What a valid form asks for."""
        given = self.cleaned_data
        return drafting.Limits(
            **{field: given[field] for field in self.fields_saved},
            grace=timedelta(hours=given["grace_hours"]),
            do_machine_signals_count=given["do_machine_signals_count"],
            untracked=given["untracked"],
            entry_policy=given["entry_policy"] or Campaign.EntryPolicy.IGNORE,
        )


class ScheduleForm(forms.Form):
    """When a draft starts and ends."""

    prefix = "schedule"

    NOW, LATER = "now", "later"

    when = forms.ChoiceField(
        label=_("Start"),
        choices=[(NOW, _("As soon as it is launched")), (LATER, _("At a date and time"))],
        widget=forms.RadioSelect,
    )
    starts_at = _instant(_("Start at"))
    ends_at = _instant(
        _("End at"),
        help_text=_("After it nobody enters and no step starts. Leave it empty to run until everybody is done."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].help_text = _("In your time zone, %(zone)s.") % {"zone": zone}

    @classmethod
    def of(cls, campaign: Campaign) -> "ScheduleForm":
        """The form as `campaign` is saved."""
        when = cls.LATER if campaign.starts_at else cls.NOW
        return cls(initial={"when": when, "starts_at": campaign.starts_at, "ends_at": campaign.ends_at})

    def clean(self) -> dict[str, Any]:
        """The answers; a start lies ahead, and before the end."""
        given = super().clean() or {}
        now = clock.now()
        if given.get("when") == self.NOW:
            given["starts_at"] = None
        elif "starts_at" not in self.errors:
            self._check_start(given.get("starts_at"), now)
        ends_at = given.get("ends_at")
        if ends_at and ends_at <= (given.get("starts_at") or now):
            self.add_error("ends_at", _("The end has to be after the start."))
        return given

    def _check_start(self, starts_at: datetime | None, now: datetime) -> None:
        if starts_at is None:
            self.add_error("starts_at", _("Say when it starts."))
        elif starts_at <= now:
            self.add_error("starts_at", _("This is in the past."))


class RunningForm(RunningLimitsForm):
    """Limits and end of a campaign that was launched."""

    ends_at = _instant(_("End at"), help_text=_("After it nobody enters and no step starts."))

    @classmethod
    def of(cls, campaign: Campaign) -> "RunningForm":
        """The form as `campaign` is saved."""
        return cls(initial={field: getattr(campaign, field) for field in (*cls.fields_saved, "ends_at")})

    def clean_ends_at(self) -> datetime | None:
        """The end; one that has passed would end everything at once, which Cancel does and says."""
        ends_at: datetime | None = self.cleaned_data["ends_at"]
        if "ends_at" in self.changed_data and ends_at and ends_at <= clock.now():
            raise forms.ValidationError(_("This is in the past. To end the campaign now, cancel it."))
        return ends_at
