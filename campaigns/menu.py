"""The entries of the side bar. An entry shows when its page exists and the user may open it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.permissions import Permission, can
from channels import own_sandbox


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the menu: `url_name` is resolved when the page is drawn; no `permission` means any signed-in user.

    What `is_in_sandbox` leads out of the dashboard, where there is a sandbox. `keys` are its shortcut, as "g c".
    """

    label: str | Promise
    icon: str
    url_name: str
    permission: Permission | None = None
    is_in_sandbox: bool = False
    keys: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Entries under a heading; the first section has none."""

    heading: str | Promise
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry as the page draws it."""

    label: str | Promise
    icon: str
    url: str
    is_current: bool
    is_elsewhere: bool
    keys: str


@dataclass(frozen=True, kw_only=True)
class LinkSection:
    """A section as the page draws it, with at least one link."""

    heading: str | Promise
    links: tuple[Link, ...]


MENU: tuple[Section, ...] = (
    Section(
        heading="",
        entries=(
            Entry(label=_("Overview"), icon="layout-dashboard", url_name="home", keys="g h"),
            Entry(
                label=_("Campaigns"),
                icon="git-branch",
                url_name="campaign_list",
                keys="g c",
                permission=Permission.VIEW_REPORTS,
            ),
            Entry(
                label=_("Contacts"),
                icon="users",
                url_name="contact_list",
                keys="g p",
                permission=Permission.VIEW_PEOPLE,
            ),
            Entry(
                label=_("Segments"),
                icon="filter",
                url_name="segment_list",
                keys="g s",
                permission=Permission.MANAGE_CONTACTS,
            ),
            Entry(
                label=_("Reports"),
                icon="chart-bar",
                url_name="report_list",
                keys="g r",
                permission=Permission.VIEW_REPORTS,
            ),
        ),
    ),
    Section(
        heading=_("Set-up"),
        entries=(
            Entry(
                label=_("Channels"),
                icon="plug",
                url_name="account_list",
                permission=Permission.MANAGE_ACCOUNTS,
            ),
            Entry(
                label=_("Team"),
                icon="user-cog",
                url_name="user_list",
                permission=Permission.MANAGE_USERS,
            ),
            Entry(
                label=_("Settings"),
                icon="settings",
                url_name="settings",
                permission=Permission.MANAGE_SETTINGS,
            ),
            Entry(
                label=_("Operations"),
                icon="heart-rate-monitor",
                url_name="operations",
                permission=Permission.MANAGE_SETTINGS,
            ),
        ),
    ),
    Section(
        heading=_("Sandbox"),
        entries=(
            Entry(
                label=_("People's phones"),
                icon="device-mobile-message",
                url_name="sandbox_inbox",
                permission=Permission.VIEW_PEOPLE,
                is_in_sandbox=True,
            ),
        ),
    ),
)


def for_request(request: HttpRequest) -> tuple[LinkSection, ...]:
    """The sections and links that this user may open, the one they are in marked; empty sections are left out."""
    drawn = (LinkSection(heading=section.heading, links=tuple(links(section.entries, request))) for section in MENU)
    return tuple(section for section in drawn if section.links)


def links(entries: Iterable[Entry], request: HttpRequest) -> Iterator[Link]:
    """Those of `entries` that this user may open, with their addresses."""
    for entry in entries:
        url = _address(entry)
        if url and (entry.permission is None or can(request.user, entry.permission)):
            yield Link(
                label=entry.label,
                icon=entry.icon,
                url=url,
                is_current=_is_within(request.path, url),
                is_elsewhere=entry.is_in_sandbox,
                keys=entry.keys,
            )


def _address(entry: Entry) -> str:
    if entry.is_in_sandbox and not own_sandbox.is_there():
        return ""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""


def _is_within(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
