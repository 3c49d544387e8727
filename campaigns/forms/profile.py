"""The form of a user's own profile."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.appearance import Theme
from campaigns.forms.choices import time_zones
from campaigns.models import User


class ProfileForm(forms.ModelForm):
    """How the product addresses this user, and how it looks in this browser."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser has it")), *settings.LANGUAGES], required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times on your pages are shown in it. Contacts keep their own."),
        choices=lambda: [("", _("As Cascade is set up (%(zone)s)") % {"zone": settings.TIME_ZONE}), *time_zones()],
        required=False,
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices, help_text=_("In this browser."))

    class Meta:
        model = User
        fields = ("first_name", "last_name", "language", "time_zone")
