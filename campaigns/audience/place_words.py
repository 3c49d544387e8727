"""Names of countries and languages, in each of the product's languages, as codes."""

from functools import cache

from babel import Locale
from django.conf import settings

# What files write beside the names of the Unicode CLDR.
_COUNTRY_WORDS = {"uk": "GB", "usa": "US", "uae": "AE", "сша": "US", "рф": "RU", "ee.uu.": "US", "eeuu": "US"}
# ISO 3166 alpha-3, of the countries whose files we have seen use it.
_COUNTRY_WORDS |= {"gbr": "GB", "ukr": "UA", "rus": "RU", "esp": "ES", "mex": "MX", "kaz": "KZ", "pol": "PL"}
# ua is the country, but what many write for its language.
_LANGUAGE_WORDS = {"ua": "uk", "castellano": "es", "рус": "ru", "рос": "ru", "укр": "uk", "англ": "en", "eng": "en"}


@cache
def country_codes() -> dict[str, str]:
    """Codes and names of countries in small letters → ISO 3166 code of two letters."""
    names: dict[str, str] = {}
    for locale in _locales():
        codes = {code: name for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()}
        names |= {name.casefold(): code for code, name in codes.items()} | {code.casefold(): code for code in codes}
    return names | _COUNTRY_WORDS


@cache
def language_codes() -> dict[str, str]:
    """Codes and names of languages in small letters → ISO 639 code of two letters."""
    names: dict[str, str] = {}
    for locale in _locales():
        codes = {code: name for code, name in locale.languages.items() if len(code) == 2}
        names |= {name.casefold(): code for code, name in codes.items()} | {code: code for code in codes}
    return names | _LANGUAGE_WORDS


def _locales() -> list[Locale]:
    return [Locale.parse(code.replace("-", "_")) for code, _name in settings.LANGUAGES]
