"""The overview, which everybody sees first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from campaigns.models import User
from campaigns.permissions import Permission, SignedInRequest, can, signed_in
from campaigns.reports_home import Overview, overview


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """One thing to do before the first campaign; without `url` somebody else does it, or its page is not there."""

    heading: str | Promise
    text: str | Promise
    action: str | Promise
    icon: str
    is_done: bool
    url: str


@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """What runs, and while the product is new, what to do next."""
    seen = overview()
    steps = [] if seen.is_ready else list(_first_steps(request.user, seen))
    following = next((step for step in steps if step.url and not step.is_done), None)
    context = {
        "overview": seen,
        "steps": steps,
        "next_step": following,
        "may_see_campaigns": can(request.user, Permission.VIEW_REPORTS),
    }
    return render(request, "home.html", context)


def _first_steps(user: User, seen: Overview) -> Iterator[FirstStep]:
    yield FirstStep(
        heading=_("Connect a channel"),
        text=_("An admin enters the vendor's credentials and the senders that people will see."),
        action=_("Connect a channel"),
        icon="plug",
        is_done=seen.has_senders,
        url=_address("account_list", user, Permission.MANAGE_ACCOUNTS),
    )
    yield FirstStep(
        heading=_("Upload contacts"),
        text=_("A CSV or Excel file as you have it. You see how each column is read before anything is stored."),
        action=_("Upload contacts"),
        icon="users",
        is_done=seen.has_contacts,
        url=_address("import_upload", user, Permission.MANAGE_CONTACTS),
    )
    yield FirstStep(
        heading=_("Make a segment"),
        text=_("A rule that selects people, by age, language, preferences or who can be reached."),
        action=_("Make a segment"),
        icon="filter",
        is_done=seen.has_segments,
        url=_address("segment_create", user, Permission.MANAGE_CONTACTS),
    )
    yield FirstStep(
        heading=_("Launch the first campaign"),
        text=_("One message, a chain of channels, and how long each may take. It stops for whoever acts."),
        action=_("Make a campaign"),
        icon="git-branch",
        is_done=seen.has_campaigns,
        url=_address("campaign_create", user, Permission.MANAGE_CAMPAIGNS),
    )


def _address(url_name: str, user: User, permission: Permission) -> str:
    """Where the step is done, or "" if this user may not do it or the page does not exist."""
    if not can(user, permission):
        return ""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
