"""The addresses that lead back to us: tracked links, the open pixel, unsubscribing, the trap; and link targets.

A click token is random and stored with its attempt, because it stands in an SMS, where a signature
would cost a part; the others are signed and stored nowhere (decisions 0040 and 0041). Nothing expires:
a link works as long as its row, or the key that signed it, is there.
"""

import hmac
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext

from campaigns.escaping import Escape
from campaigns.personalise import Template, Variable, fill, parse, syntax_problems

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# 62^11 is a little more than 2^65: more guesses than anybody can make over HTTP.
TOKEN_LENGTH = 11
_MAC_BYTES = 8
_PAIRS = tuple(first + second for first in BASE62 for second in BASE62)
_BIGGEST_ID = 2**63 - 1
_DIGITS = {character: value for value, character in enumerate(BASE62)}
# What programs take for a part of the link when a sentence or a bracket ends behind it.
_BEHIND_A_LINK = ".,;:!?)]}>»”’\"'…"


class LinkKind(StrEnum):
    """What a signed address is for; each kind has a key of its own, so none can be exchanged for another."""

    OPEN = "open"
    UNSUBSCRIBE = "unsubscribe"
    TRAP = "trap"


def new_token() -> str:
    """A new click token: 11 unguessable base62 characters.

    Of 128 random bits the rest by 62^11 favours no token by more than one in 2^62.
    """
    chance = int.from_bytes(os.urandom(16)) % 62**TOKEN_LENGTH
    written = ""
    for _ in range(TOKEN_LENGTH // 2):
        chance, pair = divmod(chance, 62 * 62)
        written += _PAIRS[pair]
    return written + BASE62[chance]


def click_url(token: str, position: int) -> str:
    """The tracked address of the link at `position` (0 to 61) of the version, in the attempt with `token`."""
    return f"{clicks()}{token}{BASE62[position]}"


@lru_cache(maxsize=1)
def clicks() -> str:
    """What all tracked addresses begin with.

    Read once: asking Django's settings took a twentieth of the time that preparing a message takes.
    """
    return f"{settings.PUBLIC_URL}/c/"


def parse_click(path_part: str) -> tuple[str, int] | None:
    """The token and the link's position in what stands behind /c/; None for what can be no tracked link."""
    text = path_part.rstrip(_BEHIND_A_LINK)
    if len(text) != TOKEN_LENGTH + 1 or not _DIGITS.keys() >= set(text):
        return None
    return text[:-1], _DIGITS[text[-1]]


def tracked_length() -> int:
    """How many characters any tracked link takes."""
    return len(click_url("0" * TOKEN_LENGTH, 0))


def open_url(attempt_id: int) -> str:
    """The address of the image that tells that the mail of this attempt was opened."""
    return f"{settings.PUBLIC_URL}/o/{sign(LinkKind.OPEN, attempt_id)}.gif"


def unsubscribe_url(attempt_id: int) -> str:
    """The address where the person who got this attempt may ask for no more, by page or by one click (RFC 8058)."""
    return f"{settings.PUBLIC_URL}/u/{sign(LinkKind.UNSUBSCRIBE, attempt_id)}"


def trap_url(attempt_id: int) -> str:
    """The address of the link that no person sees, but a machine follows."""
    return f"{settings.PUBLIC_URL}/t/{sign(LinkKind.TRAP, attempt_id)}"


def sign(kind: LinkKind, attempt_id: int) -> str:
    """`attempt_id` with a signature that only holds for `kind`, by the newest key."""
    return f"{_base62(attempt_id)}.{_mac(_keys(kind, tuple(settings.TRACKING_KEYS))[0], attempt_id)}"


def parse_signed(kind: LinkKind, text: str) -> int | None:
    """The attempt's id in a signed `text`, if one of our keys signed it for `kind`; takes the same time for any."""
    written, _, mac = text.partition(".")
    attempt_id = _number(written)
    if attempt_id is None or len(mac) != TOKEN_LENGTH or not mac.isascii():
        return None
    # Every key is tried, whichever it was.
    matches = sum(hmac.compare_digest(_mac(key, attempt_id), mac) for key in _keys(kind, tuple(settings.TRACKING_KEYS)))
    return attempt_id if matches else None


def target_url(link_url: str, values: Mapping[str, str]) -> str:
    """Where a link leads for a person with `values`, each escaped as one value of a path or a query.

    '' where `validate_link` has an objection: what leads nowhere safe leads nowhere.
    """
    template = _target(link_url)
    return fill(template, values, escape=Escape.URL) if template else ""


def validate_link(url: str) -> list[str]:
    """What speaks against `url` as the target of a link, as sentences for the user; nothing if it is sound.

    It is http or https, names its host outright, and has variables in path values and the query only.
    """
    if problems := syntax_problems(url):
        return [problem.sentence for problem in problems]
    literals = [piece for piece in parse(url.strip()).pieces if isinstance(piece, str)]
    if _NEVER_IN_ADDRESS.search("".join(literals)):
        return [gettext("An address has no spaces, quotes, backslashes or angle brackets.")]
    return _validate_shape(_shape(url))


# Stands for a variable while an address is taken apart; an address that contains it is refused.
_PLACE = "\ue000"
_NEVER_IN_ADDRESS = re.compile(rf"[\s\\<>\"^`{_PLACE}\x00-\x1f\x7f]")


def _shape(url: str) -> str:
    return "".join(piece if isinstance(piece, str) else _PLACE for piece in parse(url.strip()).pieces)


def _validate_shape(shape: str) -> list[str]:
    try:
        parts = urlsplit(shape)
        if _PLACE in parts.netloc or _PLACE in parts.scheme:
            return [gettext("A variable cannot stand in the site's name, only behind it.")]
        host, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return [gettext("This is not an address that a browser can open.")]
    checks = [
        (parts.scheme not in {"http", "https"} or not host, gettext("Begin the address with https:// and a site.")),
        ("@" in parts.netloc, gettext("A link must not contain a user name or a password.")),
        (_PLACE in parts.fragment, gettext("A variable cannot stand behind “#”.")),
    ]
    return [sentence for is_wrong, sentence in checks if is_wrong]


@lru_cache(maxsize=1024)
def _target(link_url: str) -> Template | None:
    """`link_url` ready for filling, in ASCII as a Location header needs it; None where it is not sound."""
    if validate_link(link_url):
        return None
    variables = [piece for piece in parse(link_url.strip()).pieces if isinstance(piece, Variable)]
    literals = iri_to_uri(_with_ascii_host(_shape(link_url))).split(iri_to_uri(_PLACE))
    pieces: list[str | Variable] = [literals[0]]
    for variable, literal in zip(variables, literals[1:], strict=True):
        pieces += [variable, literal]
    return Template(tuple(pieces))


def _with_ascii_host(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.isascii():
        return url
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=host.encode("idna").decode() + port).geturl()


@lru_cache(maxsize=16)
def _keys(kind: LinkKind, tracking_keys: tuple[str, ...]) -> tuple[bytes, ...]:
    purpose = f"cascade.tracking.{kind}".encode()
    return tuple(hmac.digest(key.encode(), purpose, "sha256") for key in tracking_keys)


def _mac(key: bytes, attempt_id: int) -> str:
    digest = hmac.digest(key, b"%d" % attempt_id, "sha256")
    return _base62(int.from_bytes(digest[:_MAC_BYTES])).rjust(TOKEN_LENGTH, "0")


def _base62(number: int) -> str:
    written = ""
    while number >= 62:
        number, digit = divmod(number, 62)
        written = BASE62[digit] + written
    return BASE62[number] + written


def _number(written: str) -> int | None:
    """The number that `_base62` wrote as `written`; None for any other spelling and for what is no row's id."""
    if not 1 <= len(written) <= TOKEN_LENGTH or not _DIGITS.keys() >= set(written):
        return None
    number = 0
    for character in written:
        number = number * 62 + _DIGITS[character]
    return number if number <= _BIGGEST_ID and _base62(number) == written else None
