"""`{{ name }}` in a gateway's URL, headers and body: replaced by escaped values, and nothing more.

No template engine ever sees what an admin or a marketer wrote: there is no logic, no attribute, no call.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def names(template: str) -> set[str]:
    """The names that `template` uses."""
    return set(_PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """`template` with every placeholder replaced by its escaped value. Raises KeyError for an unknown name."""
    parts = _parts(template)
    # Literals and names take turns.
    return "".join([escape(values[part]) if number % 2 else part for number, part in enumerate(parts)])


@lru_cache(maxsize=1024)
def _parts(template: str) -> tuple[str, ...]:
    return tuple(_PLACEHOLDER.split(template))


def in_json(value: str) -> str:
    """`value` for the inside of a JSON string."""
    return encode_basestring(value)[1:-1]


def in_url(value: str) -> str:
    """`value` for one part of a URL's path or query."""
    return quote(value, safe="")


def in_header(value: str) -> str:
    """`value` for a header: nothing that could end it and begin another."""
    return "".join(sign if sign.isprintable() else " " for sign in value)
