"""Forms of the chain: steps, their waiting times, routes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns import conditions, drafting, sentences
from campaigns.audience.choosing import without_route
from campaigns.forms.segment_choice import SegmentField
from campaigns.models import Campaign, Condition, Segment, Step
from channels.kinds import Channel
from channels.models import Sender

# A number so long is a slip of the finger, and no timedelta holds it.
_MOST = 10_000_000


class NewStepForm(forms.Form):
    """Which channel to add."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)


class StepForm(forms.Form):
    """Who sends a step, and what counts as its success."""

    sender = forms.ModelChoiceField(
        label=_("Sender"), queryset=Sender.objects.none(), required=False, empty_label=_("Choose later")
    )
    condition = forms.ChoiceField(label=_("The chain stops if"))

    def __init__(self, *args: Any, step: Step, has_link: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefix = f"step-{step.pk}"
        self.step = step
        self.has_link = has_link
        usable = Q(pk__in=Sender.objects.usable().filter(channel=step.channel)) | Q(pk=step.sender_id)
        senders = Sender.objects.filter(usable).select_related("account").order_by("name")
        self.fields["sender"].queryset = senders  # type: ignore[attr-defined]
        self.fields["condition"].choices = self._conditions()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, step: Step, *, has_link: bool, senders: Sequence[Sender]) -> "StepForm":
        """The form as `step` is saved; it offers `senders`, the usable ones by name, loaded once for all steps."""
        form = cls(step=step, has_link=has_link, initial={"sender": step.sender_id, "condition": step.condition})
        own = [step.sender] if step.sender and step.sender not in senders else []
        offered = [*own, *(sender for sender in senders if sender.channel == step.channel)]
        field = cast("forms.ModelChoiceField[Sender]", form.fields["sender"])
        field.choices = [("", str(field.empty_label)), *((sender.pk, str(sender)) for sender in offered)]
        return form

    def _conditions(self) -> list[tuple[str, Any]]:
        """What can come true, and apart from it what nobody would ever tell of."""
        possible = conditions.possible_conditions(self._signals(self.step.sender))
        others = [condition for condition in Condition if condition not in possible]
        grouped: list[tuple[str, Any]] = [(condition.value, condition.label) for condition in possible]
        if others:
            grouped.append((str(_("Never reported here")), [(one.value, one.label) for one in others]))
        return grouped

    def _signals(self, sender: Sender | None) -> conditions.Signals:
        return conditions.signals_of(channel=self.step.channel, sender=sender, has_link=self.has_link)

    def clean(self) -> dict[str, Any]:
        """The answers; refuses a condition that the chosen sender would never tell of."""
        given = super().clean() or {}
        sender = given.get("sender")
        if "condition" in given:
            source = sentences.step_title(Step(channel=self.step.channel, sender=sender))
            refused = conditions.refusal(given["condition"], self._signals(sender), source=source)
            if refused:
                self.add_error("condition", refused.sentence)
        return given


class SenderForm(forms.Form):
    """Another sender for a step of a campaign that runs."""

    sender = forms.ModelChoiceField(label=_("Sender"), queryset=Sender.objects.none(), empty_label=None)

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Sender.objects.usable().filter(channel=step.channel, held_at=None).exclude(steps=step)
        self.fields["sender"].queryset = usable.order_by("name")  # type: ignore[attr-defined]
        self._usable = usable

    @property
    def has_choice(self) -> bool:
        """Is there any other sender?"""
        return self._usable.exists()


class TimeoutForm(forms.Form):
    """How long a step waits."""

    SECONDS, MINUTES, HOURS, DAYS = 1, 60, 3600, 86_400

    number = forms.IntegerField(
        label=_("Wait up to"),
        max_value=_MOST,
        min_value=-_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": None, "max": None}),
    )
    unit = forms.TypedChoiceField(
        label=_("Unit"),
        coerce=int,
        choices=[
            (SECONDS, pgettext_lazy("unit", "seconds")),
            (MINUTES, pgettext_lazy("unit", "minutes")),
            (HOURS, pgettext_lazy("unit", "hours")),
            (DAYS, pgettext_lazy("unit", "days")),
        ],
    )
    is_waking_time = forms.BooleanField(
        label=_("Count waking time only"), help_text=_("Quiet hours do not count."), required=False
    )

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefix = f"step-{step.pk}"

    @classmethod
    def of(cls, step: Step) -> "TimeoutForm":
        """The form as `step` is saved, in the largest unit that divides its timeout."""
        seconds = round(step.timeout.total_seconds())
        unit = next(unit for unit in (cls.DAYS, cls.HOURS, cls.MINUTES, cls.SECONDS) if seconds % unit == 0)
        saved = {"number": seconds // unit, "unit": unit, "is_waking_time": step.is_waking_time}
        return cls(step=step, initial=saved)

    def clean(self) -> dict[str, Any]:
        """The answers with `timeout`; refuses one that is too short or too long."""
        given = super().clean() or {}
        if "number" in given and "unit" in given:
            given["timeout"] = timedelta(seconds=given["number"] * given["unit"])
            sentence = drafting.timeout_problem(given["timeout"])
            if sentence:
                self.add_error("number", sentence)
        return given


class RouteForm(forms.Form):
    """A way of its own for a segment."""

    prefix = "route"

    segment = SegmentField(label=_("Segment"), queryset=Segment.objects.none(), empty_label=_("Choose a segment"))
    is_copy = forms.BooleanField(label=_("Start with the steps of everyone else"), required=False, initial=True)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("SegmentField", self.fields["segment"])
        field.queryset = without_route(campaign)
        field.choice.asks = urlencode({"campaign": campaign.pk})
