"""The form of the very first visit."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from campaigns.models import User


class WelcomeForm(forms.ModelForm):
    """The first admin, and the name of the organisation."""

    organisation = forms.CharField(label=_("Name of your organisation"), max_length=100)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not only digits, nothing that is easily guessed."),
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")

    field_order = ("organisation", "first_name", "last_name", "email", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = True
        self.fields["email"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict[str, Any]:
        """The password is judged with the name and address at hand."""
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            names = {name: cleaned.get(name, "") for name in self.Meta.fields}
            try:
                validate_password(password, User(**names))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
