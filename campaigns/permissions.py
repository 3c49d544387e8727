"""Who may do what: the permissions, the roles that give them, and the check at the door of a view."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.contrib.auth.models import Permission as PermissionRow
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from campaigns.page_before import page_before

if TYPE_CHECKING:
    from campaigns.models import User

P = ParamSpec("P")


class Permission(StrEnum):
    """What a user may be allowed to do. The names stand in `campaigns.User`'s Meta.permissions."""

    VIEW_PEOPLE = "view_people"
    MANAGE_CONTACTS = "manage_contacts"
    MANAGE_CAMPAIGNS = "manage_campaigns"
    VIEW_REPORTS = "view_reports"
    EXPORT_REPORTS = "export_reports"
    SCHEDULE_REPORTS = "schedule_reports"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_USERS = "manage_users"
    MANAGE_SETTINGS = "manage_settings"

    @property
    def label(self) -> str | Promise:
        """The permission as the end of the sentence "You may not …"."""
        return _LABELS[self]

    @property
    def full_name(self) -> str:
        """The name that Django's `has_perm` and the templates' `perms` know."""
        return f"campaigns.{self.value}"


_LABELS: dict[Permission, str | Promise] = {
    Permission.VIEW_PEOPLE: _("see lists of people"),
    Permission.MANAGE_CONTACTS: _("upload and change contacts"),
    Permission.MANAGE_CAMPAIGNS: _("make and launch campaigns"),
    Permission.VIEW_REPORTS: _("read reports"),
    Permission.EXPORT_REPORTS: _("export reports"),
    Permission.SCHEDULE_REPORTS: _("have reports mailed"),
    Permission.MANAGE_ACCOUNTS: _("connect channels"),
    Permission.MANAGE_USERS: _("manage the team"),
    Permission.MANAGE_SETTINGS: _("change the settings"),
}


class Role(models.TextChoices):
    """What somebody is here for; one user may have several. The value is the name of a Django group."""

    MARKETER = "marketer", _("Marketer")
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")


# A manager sees people only when an admin has granted view_people to that user.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.MARKETER: frozenset(
        {
            Permission.VIEW_PEOPLE,
            Permission.MANAGE_CONTACTS,
            Permission.MANAGE_CAMPAIGNS,
            Permission.VIEW_REPORTS,
            Permission.EXPORT_REPORTS,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.MANAGE_ACCOUNTS,
            Permission.MANAGE_USERS,
            Permission.MANAGE_SETTINGS,
            Permission.VIEW_REPORTS,
            Permission.SCHEDULE_REPORTS,
        }
    ),
    Role.MANAGER: frozenset({Permission.VIEW_REPORTS, Permission.EXPORT_REPORTS, Permission.SCHEDULE_REPORTS}),
}


class NotPermitted(PermissionDenied):
    """The signed-in user lacks `permission`; the 403 page says which one and who can help."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


class SignedInRequest(HttpRequest):
    """A request behind `requires` or `signed_in`: it has a user, and django-htmx's details."""

    user: "User"
    htmx: HtmxDetails


def can(user: AbstractBaseUser | AnonymousUser, permission: Permission | str) -> bool:
    """Whether `user` holds `permission` (its short name will do). Anonymous and inactive users hold none."""
    return bool(user.has_perm(Permission(permission).full_name))  # type: ignore[union-attr]


def roles_of(user: "User") -> list[Role]:
    """The roles of `user`, in the order of `Role`."""
    names = {group.name for group in user.groups.all()}
    return [role for role in Role if role.value in names]


@transaction.atomic
def set_roles(*, user: "User", roles: Iterable[Role], may_view_people: bool = False) -> None:
    """Give `user` exactly `roles`, and `view_people` besides if `may_view_people`."""
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    grant = PermissionRow.objects.get(content_type__app_label="campaigns", codename=Permission.VIEW_PEOPLE.value)
    if may_view_people:
        user.user_permissions.add(grant)
    else:
        user.user_permissions.remove(grant)


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only signed-in users into `view`; others come to the sign-in page, and back afterwards."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # authenticated just above

    return checked


def requires(
    *permissions: Permission,
) -> Callable[
    [Callable[Concatenate[SignedInRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Let only users with one of `permissions` into a function view; the last is named to those who have none.

    Anonymous visitors come to the sign-in page; a signed-in user without it gets the 403 page,
    or, if htmx asks, its sentence as plain text, which the page shows as a toast.
    """

    def decorate(
        view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @signed_in
        @wraps(view)
        def checked(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not any(can(request.user, permission) for permission in permissions):
                raise NotPermitted(permissions[-1])
            return view(request, *args, **kwargs)

        return checked

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the sign-in page, and from there back to the page they are on.

    Where htmx sends what somebody typed, the answer is 401 alone: the page tells them, and keeps it.
    """
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
    if not htmx:
        return redirect_to_login(_page(request))
    if request.method == "POST":
        return HttpResponse(status=401)
    back = htmx.current_url_abs_path or "/"
    return HttpResponseClientRedirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def _page(request: HttpRequest) -> str:
    """The page that `request` asks for, or on which its form stood: the address of a form cannot always be opened."""
    stood_on = page_before(request) if request.method == "POST" else ""
    return stood_on or request.get_full_path()


def create_roles(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    """Make the roles and their permissions as they stand here; called after each migrate, harmless when repeated."""
    create_permissions(sender, using=using, verbosity=0)
    rows = PermissionRow.objects.using(using).filter(content_type__app_label="campaigns")
    for role, permissions in ROLE_PERMISSIONS.items():
        group, _created = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set(rows.filter(codename__in=[permission.value for permission in permissions]))
