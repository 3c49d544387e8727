"""Names of countries and languages in the language of whoever reads them, from the Unicode CLDR by Babel."""

from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.text import capfirst
from django.utils.translation import get_language

# Parts of CLDR's territories that are no country: unions, outlying regions, test and unknown codes.
_NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


def country_name(code: str) -> str:
    """The country of an ISO 3166 `code` ("UA") in the active language; the code itself where there is none."""
    return _country_names(_active()).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """(code, name) of every country, by name."""
    return sorted(_country_names(_active()).items(), key=lambda choice: choice[1].casefold())


def language_name(code: str) -> str:
    """The language of an ISO 639 `code` ("uk", "es-MX") in the active language; the code itself if it is not known."""
    base, _hyphen, region = code.partition("-")
    name = _language_names(_active()).get(base.lower(), base)
    return f"{name} ({country_name(region.upper())})" if region else name


def language_label(code: str) -> str:
    """`language_name` as it stands alone, on a tab or in a list: "Español", where a sentence has "español"."""
    return capfirst(language_name(code))


def language_choices() -> list[tuple[str, str]]:
    """(code, label) of the languages with a code of two letters, by name."""
    names = sorted(_language_names(_active()).items(), key=lambda choice: choice[1].casefold())
    return [(code, capfirst(name)) for code, name in names]


def _active() -> str:
    return (get_language() or "en").replace("-", "_")


@cache
def _country_names(language: str) -> dict[str, str]:
    names = _locale(language).territories
    return {code: name for code, name in names.items() if len(code) == 2 and code not in _NO_COUNTRY}


@cache
def _language_names(language: str) -> dict[str, str]:
    return {code: name for code, name in _locale(language).languages.items() if len(code) == 2}


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")
