"""Secrets taken out of whatever is stored, shown or logged."""

import base64
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "•••"
# Shorter values are words that occur by chance; hiding them would spoil the text and protect nothing.
SHORTEST_SECRET = 4
MAX_DETAIL = 300

_USER_IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
_BEARER = re.compile(r"(?i)\b(basic|bearer)\s+[\w.~+/=-]{8,}")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without any of `secrets`, however it is written, nor a password in a URL or header."""
    return redactor(secrets)(text)


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """What does the same as `redact`, for many texts with the same `secrets`."""
    forms = sorted(_forms(secrets), key=len, reverse=True)

    def hide(text: str) -> str:
        for written in forms:
            text = text.replace(written, HIDDEN)
        return _BEARER.sub(rf"\1 {HIDDEN}", _USER_IN_URL.sub(f"{HIDDEN}@", text))

    return hide


def detail(text: str, secrets: Iterable[str] = ()) -> str:
    """The vendor's words as they are kept with a message: redacted, one line, not too long."""
    return " ".join(redact(text, secrets).split())[:MAX_DETAIL]


def _forms(secrets: Iterable[str]) -> set[str]:
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            encoded = base64.b64encode(secret.encode()).decode()
            forms |= {secret, quote(secret, safe=""), quote_plus(secret), encoded}
    return forms
