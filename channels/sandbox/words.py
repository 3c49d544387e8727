"""What the pages say, in the language of whoever reads them: out of the product's own catalogs.

The sandbox needs no Django for it: Python's gettext reads the same compiled files, locale/*/LC_MESSAGES/django.mo.
Where they are not compiled, and wherever nobody has chosen a language, everything is English.
"""

import gettext as catalogs
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.numbers import format_decimal, format_percent

LOCALE = Path(__file__).resolve().parents[2] / "locale"
ENGLISH = "en"
TRANSLATED = frozenset({"es", "ru", "uk"})
_language: ContextVar[str] = ContextVar("_language", default=ENGLISH)


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Speak `language`, as `known` gives it, inside."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language() -> str:
    """The language that is spoken now: "en", "es", "ru" or "uk"."""
    return _language.get()


def known(tag: str) -> str:
    """The language that a tag such as "uk-UA" means; "" where the pages cannot speak it."""
    found = tag.strip().lower().replace("_", "-").partition("-")[0]
    can_speak = found == ENGLISH or (found in TRANSLATED and _catalog(LOCALE, found) is not None)
    return found if can_speak else ""


def gettext(text: str) -> str:
    """`text` in the language that is spoken."""
    # Catalogs keep a heading of their own under "".
    return _spoken_catalog().gettext(text) if text else ""


def ngettext(one: str, several: str, number: int) -> str:
    """The form of a text for `number` things, in the language that is spoken."""
    return _spoken_catalog().ngettext(one, several, number)


def gettext_noop(text: str) -> str:
    """`text`, marked as one to be translated where it is shown."""
    return text


def number(value: float) -> str:
    """A number for a sentence: "1,000.5"."""
    return format_decimal(value, locale=language())


def typed(value: float) -> str:
    """A number as somebody types it into a field: "1000.5"."""
    return format_decimal(value, format="0.####", locale=language())


def percent(share: float) -> str:
    """A share from 0 to 1 as "50%"."""
    return format_percent(share, locale=language())


def _spoken_catalog() -> catalogs.NullTranslations:
    return _catalog(LOCALE, language()) or catalogs.NullTranslations()


@cache
def _catalog(folder: Path, language: str) -> catalogs.NullTranslations | None:
    """The compiled catalog of a language; None without one, as for English."""
    try:
        return catalogs.translation("django", folder, languages=[language])
    except FileNotFoundError:
        return None
