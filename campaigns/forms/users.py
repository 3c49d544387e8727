"""Forms of the team page."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import User
from campaigns.permissions import Permission, Role, roles_of


class UserForm(forms.ModelForm):
    """A colleague's name, e-mail address and roles."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[
            (Role.MARKETER, _("Marketer: contacts, segments, campaigns, reports")),
            (Role.ADMIN, _("Admin: channels, team, settings, reports without people")),
            (Role.MANAGER, _("Manager: reads and exports reports")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role.")},
    )
    may_view_people = forms.BooleanField(
        label=_("May see the people behind the figures"),
        help_text=_("For managers and admins. Marketers see people anyway."),
        required=False,
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")
        labels: ClassVar[dict[str, str | Promise]] = {"email": _("Email address")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = True
        if self.instance.pk:
            self.initial["roles"] = [role.value for role in roles_of(self.instance)]
            grants = self.instance.user_permissions.filter(codename=Permission.VIEW_PEOPLE.value)
            self.initial["may_view_people"] = grants.exists()

    def clean_email(self) -> str:
        """The address in small letters, not that of another user."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody with this email address is in the team already."))
        return email

    def chosen_roles(self) -> list[Role]:
        """The roles of a valid form."""
        return [Role(value) for value in self.cleaned_data["roles"]]


class InviteForm(UserForm):
    """A new colleague."""

    does_mail = forms.BooleanField(
        label=_("Send the link for the password by email"),
        help_text=_("You see the link afterwards in any case, and can hand it over yourself."),
        required=False,
    )
