"""The form of a report that is mailed again and again."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import ReportSchedule, User
from campaigns.team import readers

# A report for more people than this is a mailing list, which should have an address of its own.
_MOST = 50
# What decides when a report falls due next.
_TIMES = {"rhythm", "weekday", "month_day", "at", "is_active"}


class ReportScheduleForm(forms.ModelForm):
    """When a report goes out, as what, and to whom."""

    class Meta:
        model = ReportSchedule
        fields = ("name", "rhythm", "weekday", "month_day", "at", "file_format", "users", "addresses", "is_active")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "rhythm": forms.RadioSelect(),
            "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "month_day": forms.NumberInput(attrs={"min": 1, "max": 28}),
            "users": forms.CheckboxSelectMultiple(),
            "addresses": forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"}),
        }
        labels: ClassVar[dict[str, str | Promise]] = {"addresses": _("Other email addresses")}
        help_texts: ClassVar[dict[str, str | Promise]] = {
            "name": _("It stands in the subject of the mail."),
            "weekday": _("For a report of every week."),
            "month_day": _("From 1 to 28, for a report of every month."),
            "file_format": _("It is attached. CSV is a file for each table."),
            "addresses": _("One a line. Whoever gets the mail sees the figures, without signing in."),
            "is_active": _("Without it the report stays as it is and nothing leaves."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month_day"].validators += [MinValueValidator(1), MaxValueValidator(28)]
        # One who may read no more stays ticked until somebody takes them out.
        kept = self.instance.users.values_list("pk", flat=True) if self.instance.pk else []
        shown = User.objects.filter(Q(pk__in=readers().values("pk")) | Q(pk__in=list(kept)))
        users = self.fields["users"]
        if isinstance(users, forms.ModelMultipleChoiceField):
            users.queryset = shown.order_by("first_name", "email")

    @property
    def has_another_time(self) -> bool:
        """Was anything changed that decides when the report falls due?"""
        return not _TIMES.isdisjoint(self.changed_data)

    def clean_addresses(self) -> str:
        """The addresses, one a line, each once."""
        found = list(dict.fromkeys(str(self.cleaned_data["addresses"]).replace(",", " ").replace(";", " ").split()))
        for address in found:
            try:
                validate_email(address)
            except forms.ValidationError:
                words = _("%(address)s is no email address.")
                raise forms.ValidationError(words, params={"address": address}) from None
        if len(found) > _MOST:
            raise forms.ValidationError(
                _("At most %(most)s addresses. Use the address of a mailing list."), params={"most": _MOST}
            )
        return "\n".join(found)

    def clean(self) -> dict[str, Any]:
        """Somebody gets it."""
        cleaned = super().clean() or self.cleaned_data
        if "addresses" in cleaned and "users" in cleaned and not cleaned["addresses"] and not cleaned["users"]:
            self.add_error("users", _("Choose a colleague, or write an address below."))
        return cleaned
