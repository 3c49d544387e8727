"""What an admin is asked about an account or a sender, and whether the answers can work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FieldKind(StrEnum):
    """How a settings field is asked for in the dashboard."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105  a kind of field
    URL = "url"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LONG_TEXT = "long_text"


@dataclass(frozen=True, kw_only=True)
class SettingsField:
    """One thing an admin tells about an account. SECRET ones are encrypted and never shown again.

    Neighbours with the same `section` stand together under it in the form.
    """

    name: str
    label: str | Promise
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = True
    help_text: str | Promise = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()
    default: str | bool | int = ""
    section: str | Promise = ""


def check_fields(fields: Iterable[SettingsField], settings: Mapping[str, Any]) -> dict[str, str | Promise]:
    """A sentence for each of `fields` whose value in `settings` is missing or malformed."""
    found = {asked.name: _complaint(asked, settings.get(asked.name, "")) for asked in fields}
    return {name: complaint for name, complaint in found.items() if complaint}


def _complaint(asked: SettingsField, value: Any) -> str | Promise:
    if value in ("", None):
        return _("Please fill this in.") if asked.is_required else ""
    if asked.kind is FieldKind.URL and not is_web_address(str(value)):
        return _("This is not a web address. It begins with https:// and names a host.")
    if asked.kind is FieldKind.NUMBER and not str(value).strip().isdecimal():
        return _("This has to be a whole number.")
    if asked.kind is FieldKind.CHOICE and str(value) not in {key for key, _label in asked.choices}:
        return _("Please choose one of the list.")
    return ""


def is_web_address(text: str) -> bool:
    """Whether `text` is an http(s) address with a host and, where one is given, a possible port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
