"""The one thing that is sensible to do next: the button of the first page, and the way to a first campaign."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Content, Step, User
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, can
from campaigns.reports_home import Way
from campaigns.sandbox_account import is_connected
from channels import own_sandbox


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button: a link, or with `is_post` a form of its own."""

    label: str | Promise
    icon: str
    url: str
    is_post: bool = False


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
    """A task as this user sees it: what does it, and in which other way; without `action` somebody else does it."""

    task: Task
    is_done: bool
    action: Action | None
    other: Action | None = None


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
_SANDBOX_TASK = Task(
    heading=_("Start with the sandbox"),
    text=_("It behaves like a vendor of every channel and sends nothing: try everything safely, real vendors later."),
    action=_("Use the sandbox"),
    icon="flask",
    url_name="sandbox_use",
    permission=Permission.MANAGE_ACCOUNTS,
)


def first_steps(user: User, seen: Way) -> list[FirstStep]:
    """The way to a first campaign as `user` may go it, while none has been launched."""
    done = (seen.has_senders, seen.has_contacts, seen.has_segments, seen.has_launched)
    told = zip(TASKS, done, strict=True)
    steps = [FirstStep(task=task, is_done=is_done, action=_of(task, user)) for task, is_done in told]
    if not seen.has_senders and own_sandbox.is_possible() and not is_connected():
        steps[0] = _with_sandbox(steps[0], user)
    if draft := _draft_to_finish(user):
        steps[-1] = FirstStep(task=TASKS[-1], is_done=False, action=draft)
    return steps


def next_action(user: User, seen: Way, steps: list[FirstStep]) -> Action | None:
    """What `user` should do next; None where only others can do anything."""
    if not seen.has_launched:
        return next((step.action for step in steps if not step.is_done and step.action), None)
    return next(_usual(user), None)


def _usual(user: User) -> Iterator[Action]:
    """What people do again and again, the most sensible first."""
    if draft := _draft_to_finish(user):
        yield draft
    if can(user, Permission.MANAGE_CAMPAIGNS):
        yield Action(label=_("Make a campaign"), icon="plus", url=reverse("campaign_create"))
    if can(user, Permission.MANAGE_ACCOUNTS):
        yield Action(label=_("Channels"), icon="plug", url=reverse("account_list"))
    if can(user, Permission.VIEW_REPORTS):
        yield Action(label=_("Open the reports"), icon="chart-bar", url=reverse("report_list"))


def _draft_to_finish(user: User) -> Action | None:
    """The draft that `user` made last and that has words and steps already."""
    if not can(user, Permission.MANAGE_CAMPAIGNS):
        return None
    own = Campaign.objects.filter(status=CampaignStatus.DRAFT, created_by=user, archived_at=None)
    words = Content.objects.filter(version=OuterRef("version"))
    steps = Step.objects.filter(route__version=OuterRef("version"))
    draft = own.filter(Exists(words), Exists(steps)).order_by("-updated_at").first()
    if draft is None:
        return None
    label = gettext("Finish “%(name)s”") % {"name": _short(draft.name)}
    return Action(label=label, icon="pencil", url=reverse("campaign_editor", args=[draft.pk]))


def _short(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:29].rstrip()}…"


def _of(task: Task, user: User) -> Action | None:
    if not can(user, task.permission):
        return None
    return Action(label=task.action, icon=task.icon, url=reverse(task.url_name))


def _with_sandbox(step: FirstStep, user: User) -> FirstStep:
    """The sandbox as the safe first vendor; a real one is the other way."""
    use = _of(_SANDBOX_TASK, user)
    action = Action(label=use.label, icon=use.icon, url=use.url, is_post=True) if use else None
    other = Action(label=_("Connect a real vendor"), icon="plug", url=step.action.url) if step.action else None
    return FirstStep(task=_SANDBOX_TASK, is_done=False, action=action, other=other)
