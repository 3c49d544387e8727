"""A cell of a contact file as it is stored: text without dirt, words of several languages as codes, yes and no.

Each function takes a cell and gives what is stored, None or '' for an empty cell; it raises ValueError
with a sentence for the person who uploaded the file.
"""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from campaigns.audience.cells import without_guard
from campaigns.audience.place_words import country_codes, language_codes

NAME_LENGTH = 100
ATTRIBUTE_LENGTH = 1000
MOST_PREFERENCES = 100

# Control characters (PostgreSQL's text cannot hold NUL), and signs without width or of direction.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_SPACES = re.compile(r"\s+")
# Whatever makes a cell need more than a look: most need none.
_DIRTY = re.compile(rf"[{_UNSEEN}]|[^\S ]|  |^[ '#]| $")
# What spreadsheet programs write where a formula failed.
_FAILED = frozenset(["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"])
_LIST_SIGNS = re.compile(r"[,;|\n]")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_YES = _words(
    "yes y true t 1 x ✓ ✔ ☑ + on ok agree agreed accept accepted granted subscribed opt-in opted-in",
    "да д истина согласен согласна подписан подписана",
    "так т істина згоден згодна підписаний підписана",
    "sí si s verdadero acepto acepta aceptado suscrito suscrita",
)
_NO = _words(
    "no n false f 0 - off declined refused withdrawn unsubscribed opt-out opted-out",
    "нет н ложь отказ отказался отказалась отписан отписана",
    "ні хибність відмова відписаний відписана",
    "falso rechaza rechazado baja",
)


def clean_text(cell: str) -> str:
    """`cell` without invisible characters, runs of spaces, failed formulas and the guard of our own exports."""
    if not _DIRTY.search(cell) and unicodedata.is_normalized("NFC", cell):
        return cell
    text = _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", cell))).strip()
    return "" if text in _FAILED else without_guard(text)


def clean_name(cell: str) -> str:
    """A first or last name."""
    if len(cell) > NAME_LENGTH:
        raise ValueError(_("“%(value)s…” is too long for a name.") % {"value": cell[:30]})
    return cell


def clean_external_id(cell: str) -> str | None:
    """An id of the uploader's own system; its case and signs are theirs."""
    if len(cell) > NAME_LENGTH:
        raise ValueError(_("“%(value)s…” is too long for an id.") % {"value": cell[:30]})
    return cell or None


def clean_preferences(cell: str) -> list[str]:
    """The preferences in a cell, separated by comma, semicolon, bar or line; each once, whatever its case."""
    found: dict[str, str] = {}
    for word in filter(None, map(str.strip, _LIST_SIGNS.split(cell))):
        found.setdefault(word.casefold(), word)
    if any(len(word) > NAME_LENGTH for word in found) or len(found) > MOST_PREFERENCES:
        raise ValueError(_("The preferences are too long: “%(value)s…”.") % {"value": cell[:30]})
    return list(found.values())


def clean_attribute(cell: str) -> str:
    """The value of a free attribute."""
    if len(cell) > ATTRIBUTE_LENGTH:
        raise ValueError(
            _("“%(value)s…” is longer than %(limit)s characters.") % {"value": cell[:30], "limit": ATTRIBUTE_LENGTH}
        )
    return cell


def clean_language(cell: str) -> str:
    """The ISO 639 code (two letters) of a code ("uk", "es-MX") or of a name in one of the product's languages."""
    if not cell:
        return ""
    codes = language_codes()
    found = codes.get(cell.casefold()) or codes.get(re.split("[-_]", cell.casefold())[0])
    if found is None:
        raise ValueError(_("“%(value)s” is not a language.") % {"value": cell[:50]})
    return found


def clean_country(cell: str) -> str:
    """The ISO 3166 code (two letters) of a code or of a name in one of the product's languages."""
    if not cell:
        return ""
    found = country_codes().get(cell.casefold())
    if found is None:
        raise ValueError(_("“%(value)s” is not a country.") % {"value": cell[:50]})
    return found


def clean_time_zone(cell: str) -> str:
    """The name of a time zone as the IANA database writes it ("Europe/Kyiv")."""
    if not cell:
        return ""
    name = _zones().get(cell.casefold().replace(" ", "_"))
    if name is None:
        raise ValueError(_("“%(value)s” is not a time zone: one is written like Europe/Madrid.") % {"value": cell[:50]})
    return name


def clean_consent(cell: str) -> bool | None:
    """True for yes, False for no, None for an empty cell."""
    if not cell:
        return None
    word = cell.casefold().strip(" .!")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(_("“%(value)s” says neither yes nor no to being written to.") % {"value": cell[:50]})


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
