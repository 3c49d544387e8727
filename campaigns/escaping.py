"""Makes a value safe for the place where it goes: no mark-up, no second header, no extra SMS part."""

import html
import json
import re
from collections.abc import Callable
from enum import StrEnum
from urllib.parse import quote


class Escape(StrEnum):
    """Where a text goes, which decides what a value may not contain.

    HTML is the text of a page (line breaks become `<br>`), JSON the inside of a quoted string, URL one
    value in a path or a query, HEADER one line of mail headers, SMS one run of an SMS.
    """

    PLAIN = "plain"
    HTML = "html"
    JSON = "json"
    URL = "url"
    HEADER = "header"
    SMS = "sms"


_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)
# Invisible, never needed for reading, and each of them doubles the price of an SMS.
_SMS_INVISIBLE = str.maketrans({"\u200b": "", "\u2060": "", "\u00ad": "", "\u00a0": " ", "\u202f": " "})


def clean(value: str) -> str:
    """`value` without control characters, half surrogates and marks that turn the reading direction.

    Every kind of line break becomes "\\n".
    """
    if value.isprintable():
        return value
    return _FORBIDDEN.sub("", _LINE_BREAK.sub("\n", value))


def one_line(text: str) -> str:
    """`text` in one line, cleaned."""
    return text if text.isprintable() else " ".join(clean(text).split())


def _as_html(value: str) -> str:
    return html.escape(value).replace("\n", "<br>\n")


def _as_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _as_url(value: str) -> str:
    # A whole segment of dots would climb out of its folder, also when written as %2E.
    return "" if value in {".", ".."} else quote(value, safe="")


def _as_sms(value: str) -> str:
    return value if value.isascii() and value.isprintable() else one_line(value.translate(_SMS_INVISIBLE))


ESCAPES: dict[Escape, Callable[[str], str]] = {
    Escape.PLAIN: str,
    Escape.HTML: _as_html,
    Escape.JSON: _as_json,
    Escape.URL: _as_url,
    Escape.HEADER: one_line,
    Escape.SMS: _as_sms,
}
