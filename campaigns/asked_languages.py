"""Languages as addresses and forms ask for them: nothing is every language, and "-" those whose nobody knows."""

from django.utils.translation import gettext

from campaigns.audience.places import language_name

UNKNOWN = "-"


def read_language(written: str) -> str | None:
    """The language that `written` asks for, '' for an unknown one; None where it asks for none."""
    return {"": None, UNKNOWN: ""}.get(written, written)


def write_language(language: str | None) -> str:
    """What `read_language` reads as `language`."""
    return "" if language is None else language or UNKNOWN


def language_words(language: str) -> str:
    """What `language` is called, also where it is unknown ('')."""
    return language_name(language) if language else gettext("unknown")
