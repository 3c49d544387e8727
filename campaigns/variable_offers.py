"""The variables as the editor offers them while one types: what each is, and what it is for somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from campaigns.composing import UNSUBSCRIBE

_MEANINGS: dict[str, str | Promise] = {
    "first_name": _("first name"),
    "last_name": _("last name"),
    "full_name": _("first and last name"),
    "birth_date": _("birth date"),
    "language": _("language"),
    "country": _("country"),
    "external_id": _("id in your system"),
    "link": _("the tracked link"),
    UNSUBSCRIBE: _("address to unsubscribe"),
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A variable called `name`: what it means, an `example` for somebody, and a `default` to begin with."""

    name: str
    meaning: str
    example: str
    default: str


def offers(names: Iterable[str], *, links: Mapping[str, str], values: Mapping[str, str]) -> list[Offer]:
    """Each of `names` described; `links` are addresses by name, `values` those of the person in the preview."""
    return [
        Offer(
            name=name,
            meaning=_meaning(name, links),
            example=links.get(name, "") or values.get(name, ""),
            default=_default(name),
        )
        for name in names
    ]


def _default(name: str) -> str:
    if name in {"first_name", "last_name", "full_name"}:
        return pgettext("stands for the name of somebody without one", "friend")
    return pgettext("stands for a value that somebody lacks", "words")


def _meaning(name: str, links: Mapping[str, str]) -> str:
    if name in links and name not in _MEANINGS:
        return gettext("a tracked link")
    return str(_MEANINGS.get(name, _("attribute of the contact")))
