"""The field of the tracked link, as the message and a new campaign ask for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns import links


class LinkField(forms.CharField):
    """An address where somebody can be led; '' for none."""

    def __init__(self, *, help_text: Any) -> None:
        super().__init__(
            label=_("Tracked link"),
            max_length=1000,
            required=False,
            widget=forms.URLInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
            help_text=help_text,
        )

    def validate(self, value: str) -> None:
        """Raise ValidationError with everything that is wrong with the address."""
        super().validate(value)
        if value and (sentences := links.validate_link(value)):
            raise forms.ValidationError(sentences)
