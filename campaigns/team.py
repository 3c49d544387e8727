"""The verbs of the team page: invite a colleague, change what they may do, let them go."""

from collections.abc import Collection

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext

from campaigns.models import AuditEntry, Installation, User
from campaigns.permissions import Permission, Role, roles_of, set_roles
from campaigns.sign_in import password_link, trust_address


class LastAdmin(Exception):
    """Nobody would be left who can manage the team; nothing was changed."""


def admins() -> "QuerySet[User]":
    """The active users who are admins or superusers, each once."""
    is_admin = Q(is_superuser=True) | Q(groups__name=Role.ADMIN.value)
    return User.objects.filter(is_admin, is_active=True).order_by("pk").distinct()


def readers() -> "QuerySet[User]":
    """The active users who may read reports, each once."""
    found: QuerySet[User] = ModelBackend().with_perm(Permission.VIEW_REPORTS.full_name)
    return found


def admins_left() -> bool:
    """Whether there is some active admin or superuser."""
    return admins().exists()


@transaction.atomic
def invite(
    *,
    by: User,
    email: str,
    first_name: str,
    last_name: str,
    roles: Collection[Role],
    may_view_people: bool,
    language: str = "",
) -> User:
    """Make a user without a password. Raises IntegrityError if the e-mail address is taken."""
    user = User.objects.create_user(email, first_name=first_name, last_name=last_name, language=language)
    trust_address(user)
    set_roles(user=user, roles=roles, may_view_people=may_view_people)
    _note(by=by, verb="invite", user=user, roles=[role.value for role in roles], may_view_people=may_view_people)
    return user


@transaction.atomic
def change(*, by: User, user: User, roles: Collection[Role], may_view_people: bool) -> None:
    """Save the changed name and e-mail of `user`, and give exactly `roles`. Raises LastAdmin."""
    _one_at_a_time()
    before = [role.value for role in roles_of(user)]
    user.save(update_fields=["first_name", "last_name", "email"])
    trust_address(user)
    set_roles(user=user, roles=roles, may_view_people=may_view_people)
    _keep_an_admin()
    after = [role.value for role in roles]
    _note(by=by, verb="change", user=user, before=before, after=after, may_view_people=may_view_people)


@transaction.atomic
def deactivate(*, by: User, user: User) -> None:
    """Sign `user` out everywhere and let them in no more. Raises LastAdmin."""
    _one_at_a_time()
    user.is_active = False
    user.save(update_fields=["is_active"])
    _keep_an_admin()
    _note(by=by, verb="deactivate", user=user)


@transaction.atomic
def reactivate(*, by: User, user: User) -> None:
    """Let `user` in again, with the password and roles they had."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    _note(by=by, verb="reactivate", user=user)


def make_link(*, by: User, user: User) -> str:
    """The address where `user` sets a password, to be handed over by `by`."""
    _note(by=by, verb="password_link", user=user)
    return password_link(user)


def mail_link(*, user: User, link: str) -> None:
    """Mail `user` the address where they set a password. Raises OSError or SMTPException if the mail cannot leave."""
    organisation = Installation.current().name
    words = {"link": link, "organisation": organisation, "name": user.get_short_name()}
    subject = gettext("Your account at Cascade")
    send_mail(subject, render_to_string("users/mail_link.txt", words), None, [user.email])


def _one_at_a_time() -> None:
    """Two admins who let each other go at the same instant would leave nobody: one waits for the other."""
    Group.objects.select_for_update().get(name=Role.ADMIN.value)


def _keep_an_admin() -> None:
    if not admins_left():
        raise LastAdmin


def _note(*, by: User, verb: str, user: User, **details: object) -> None:
    AuditEntry.objects.create(actor=by, verb=verb, subject_kind="user", subject_id=user.pk, details=details)
