"""Where the command palette leads: actions, pages, campaigns, segments and people, as far as the user may see them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import listing, menu
from campaigns.models import Campaign, Contact, Segment
from campaigns.name_search import named
from campaigns.permissions import Permission, can

# Of each kind.
MOST = 8
ACTIONS = (
    menu.Entry(
        label=_("New campaign"),
        icon="plus",
        url_name="campaign_create",
        permission=Permission.MANAGE_CAMPAIGNS,
        keys="n",
    ),
    menu.Entry(
        label=_("Upload contacts"), icon="upload", url_name="import_upload", permission=Permission.MANAGE_CONTACTS
    ),
    menu.Entry(label=_("New segment"), icon="filter", url_name="segment_create", permission=Permission.MANAGE_CONTACTS),
    menu.Entry(
        label=_("Invite a colleague"), icon="user-plus", url_name="user_invite", permission=Permission.MANAGE_USERS
    ),
)
# Those that the menu does not name.
PAGES = (
    menu.Entry(label=_("Imports"), icon="file-import", url_name="import_list", permission=Permission.MANAGE_CONTACTS),
    menu.Entry(label=_("API keys"), icon="key", url_name="api_key_list", permission=Permission.MANAGE_SETTINGS),
    menu.Entry(label=_("Your profile"), icon="user-circle", url_name="profile"),
)


@dataclass(frozen=True, kw_only=True)
class Jump:
    """One place to go to; `note` tells it from others of the same name."""

    label: str | Promise
    icon: str
    url: str
    note: str | Promise = ""
    is_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class JumpGroup:
    """The places of one kind, at least one."""

    name: str
    heading: str | Promise
    jumps: Sequence[Jump]


def jump_groups(request: HttpRequest, text: str, people: Iterable[Contact]) -> list[JumpGroup]:
    """Where this user can go that fits `text`, MOST of each kind; without a text the actions and pages.

    `people` are contacts that fit it, whom the user may see, with their addresses.
    """
    text = text.strip()
    kinds = (
        ("campaigns", _("Campaigns"), _campaigns(request, text)),
        ("segments", _("Segments"), _segments(request, text)),
        ("people", _("People"), (_person(contact) for contact in people)),
        ("actions", _("Actions"), _entries(request, text, ACTIONS)),
        ("pages", _("Pages"), _entries(request, text, [*_menu_entries(), *PAGES])),
    )
    groups = (JumpGroup(name=name, heading=heading, jumps=list(found)[:MOST]) for name, heading, found in kinds)
    return [group for group in groups if group.jumps]


def action_links(request: HttpRequest) -> list[menu.Link]:
    """The actions that this user may do and that have a shortcut."""
    return [link for link in menu.links(ACTIONS, request) if link.keys]


def _menu_entries() -> Iterator[menu.Entry]:
    for section in menu.MENU:
        yield from section.entries


def _entries(request: HttpRequest, text: str, entries: Iterable[menu.Entry]) -> Iterator[Jump]:
    words = text.casefold().split()
    for link in menu.links(entries, request):
        if all(word in str(link.label).casefold() for word in words):
            yield Jump(label=link.label, icon=link.icon, url=link.url, is_elsewhere=link.is_elsewhere)


def _campaigns(request: HttpRequest, text: str) -> Iterator[Jump]:
    if not text or not can(request.user, Permission.VIEW_REPORTS):
        return
    may_edit = can(request.user, Permission.MANAGE_CAMPAIGNS)
    for campaign in listing.find(words=text).order_by("-pk")[:MOST]:
        yield Jump(
            label=campaign.name,
            note=campaign.get_status_display(),
            icon="git-branch",
            url=_page_of(campaign, may_edit=may_edit),
        )


def _page_of(campaign: Campaign, *, may_edit: bool) -> str:
    is_draft = campaign.is_editable and may_edit
    return reverse("campaign_editor" if is_draft else "campaign_watch", args=[campaign.pk])


def _segments(request: HttpRequest, text: str) -> Iterator[Jump]:
    if not text or not can(request.user, Permission.MANAGE_CONTACTS):
        return
    for segment in Segment.objects.present().filter(named(text)).order_by("name")[:MOST]:
        yield Jump(label=segment.name, icon="filter", url=reverse("segment_edit", args=[segment.pk]))


def _person(contact: Contact) -> Jump:
    addresses = contact.addresses.all()
    value = addresses[0].value if addresses else ""
    is_named = bool(contact.full_name or contact.external_id)
    return Jump(
        label=str(contact) if is_named else value or str(contact),
        note=value if is_named else "",
        icon="user",
        url=reverse("contact_detail", args=[contact.pk]),
    )
