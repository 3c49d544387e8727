"""The form of a segment's name, whose rule has a form of its own (rule_rows.py), and the list's filter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.audience.segment_list import Sort
from campaigns.models import Segment


class SegmentForm(forms.ModelForm):
    """What colleagues call the segment."""

    class Meta:
        model = Segment
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["placeholder"] = _("Customers 18+ who like fashion")

    def clean_name(self) -> str:
        """The name, which no other segment has, archived ones included."""
        name = str(self.cleaned_data["name"])
        other = Segment.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if other and other.archived_at:
            raise forms.ValidationError(_("An archived segment has this name. Restore it, or choose another name."))
        if other:
            raise forms.ValidationError(_("There is a segment with this name already."))
        return name


class SegmentFilterForm(forms.Form):
    """Which segments the list shows, and in which order. What makes no sense asks for nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.SearchInput(attrs={"placeholder": _("Search by name")}),
    )
    sort = forms.ChoiceField(label=_("Order"), choices=Sort.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_valid()

    @property
    def text(self) -> str:
        """What the names are to hold."""
        return str(self.cleaned_data.get("q", ""))

    @property
    def order(self) -> Sort:
        """The order that was asked for; by name where none was."""
        return Sort(self.cleaned_data.get("sort") or Sort.NAME)
