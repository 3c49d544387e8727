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
from campaigns.reports_alerts import alert_lines
from campaigns.reports_home import Overview, overview
from campaigns.sample.history import marks


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing that a first campaign needs, and the page where it is done by those who may."""

    heading: str | Promise
    text: str | Promise
    action: str | Promise
    icon: str
    url_name: str
    permission: Permission


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """A task as this user sees it; without `url` somebody else does it, or its page is not there."""

    task: Task
    is_done: bool
    url: str


TASKS = (
    Task(
        heading=_("Connect a channel"),
        text=_("An admin enters the vendor's credentials and the senders that people will see."),
        action=_("Connect a channel"),
        icon="plug",
        url_name="account_list",
        permission=Permission.MANAGE_ACCOUNTS,
    ),
    Task(
        heading=_("Upload contacts"),
        text=_("A CSV or Excel file as you have it. You see how each column is read before anything is stored."),
        action=_("Upload contacts"),
        icon="users",
        url_name="import_upload",
        permission=Permission.MANAGE_CONTACTS,
    ),
    Task(
        heading=_("Make a segment"),
        text=_("A rule that selects people, by age, language, preferences or who can be reached."),
        action=_("Make a segment"),
        icon="filter",
        url_name="segment_create",
        permission=Permission.MANAGE_CONTACTS,
    ),
    Task(
        heading=_("Launch the first campaign"),
        text=_("One message, a chain of channels, and how long each may take. It stops for whoever acts."),
        action=_("Make a campaign"),
        icon="git-branch",
        url_name="campaign_create",
        permission=Permission.MANAGE_CAMPAIGNS,
    ),
)


@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """What runs, and while the product is new, what to do next."""
    seen = overview()
    steps = list(_first_steps(request.user, seen))
    # Who has launched one makes the next.
    open_steps = steps[-1:] if seen.has_launched else [step for step in steps if not step.is_done]
    context = {
        "overview": seen,
        "steps": [] if seen.has_launched else steps,
        "next_step": next((step for step in open_steps if step.url), None),
        "may_see_campaigns": can(request.user, Permission.VIEW_REPORTS),
        "history": marks.progress(),
        "alerts": alert_lines() if can(request.user, Permission.MANAGE_SETTINGS) else [],
    }
    return render(request, "home.html", context)


def _first_steps(user: User, seen: Overview) -> Iterator[FirstStep]:
    done = (seen.has_senders, seen.has_contacts, seen.has_segments, seen.has_launched)
    for task, is_done in zip(TASKS, done, strict=True):
        yield FirstStep(task=task, is_done=is_done, url=_address(task.url_name, user, task.permission))


def _address(url_name: str, user: User, permission: Permission) -> str:
    """Where the step is done, or "" if this user may not do it or the page does not exist."""
    if not can(user, permission):
        return ""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
