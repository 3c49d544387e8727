"""How an address is written in the database, and the keyed hash by which suppressions know it."""

import hmac
import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from campaigns.audience.phones import e164
from channels.kinds import AddressKind

# RFC 3696, erratum 1690: the longest address that fits an SMTP path.
EMAIL_LENGTH = 254
TOKEN_LENGTH = 500
HASH_LENGTH = 32

_is_email = EmailValidator(allowlist=[])
# What EmailValidator accepts of nearly all addresses, at a fraction of its time.
_PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_SCIENTIFIC = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)
_EDGES = " \t\r\n\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{BOM}"


def normalise(kind: str, value: str, country: str = "") -> str:
    """`value` as addresses of `kind` (an AddressKind value) are stored and compared.

    Phone numbers become E.164, read as numbers of `country` (ISO 3166, two letters) when they have no
    country code; mail is lower-cased and its domain written in ASCII; ids lose their decoration.
    Raises ValueError with a sentence for the person who typed it, also for an empty value.
    """
    text = value.strip(_EDGES)
    if not text:
        raise ValueError(_("The address is empty."))
    return _phone(text, country.upper()) if kind == AddressKind.PHONE else _NORMALISERS[kind](text)


def address_hash(kind: str, value: str) -> str:
    """The hash under which a suppression knows a normalised address: 32 hexadecimal digits, keyed.

    The key is the installation's ADDRESS_HASH_KEY: without it nobody can try out phone numbers.
    """
    key = settings.ADDRESS_HASH_KEY.encode()
    return hmac.digest(key, f"{kind!s}:{value}".encode(), "sha256").hex()[:HASH_LENGTH]


def _phone(text: str, country: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(
            _("“%(value)s” was shortened by a spreadsheet program: make the column text, and save the file again.")
            % {"value": text}
        )
    number = e164(text, country)
    if number is None:
        raise ValueError(_("“%(value)s” is not a phone number.") % {"value": text})
    return number


def _email(text: str) -> str:
    plain = text.lower().removeprefix("mailto:")
    if len(plain) <= EMAIL_LENGTH and _PLAIN_EMAIL.fullmatch(plain):
        return plain
    try:
        local, _at, domain = plain.rpartition("@")
        ascii_form = f"{local}@{punycode(domain)}"
        _is_email(ascii_form)
    except (ValidationError, UnicodeError):
        ascii_form = ""
    if not ascii_form or len(ascii_form) > EMAIL_LENGTH:
        raise ValueError(_("“%(value)s” is not an email address.") % {"value": text})
    return ascii_form


def _token(text: str) -> str:
    if len(text) > TOKEN_LENGTH or re.search(r"\s", text):
        raise ValueError(_("“%(value)s” is not an id: it has spaces, or is too long.") % {"value": text[:100]})
    return text


def _telegram(text: str) -> str:
    # A bot can write only to the chats whose number it has seen; it cannot look up a @name.
    # https://core.telegram.org/bots/api#chat
    if not re.fullmatch(r"-?\d{3,20}", text, flags=re.ASCII):
        raise ValueError(_("“%(value)s” is not a Telegram id: it is a number.") % {"value": text[:100]})
    return text


def _vk(text: str) -> str:
    found = re.fullmatch(
        r"(?:https?://)?(?:m\.)?(?:vk\.com/)?(?:id)?(\d{1,20})",
        text,
        flags=re.ASCII | re.IGNORECASE,
    )
    if not found:
        raise ValueError(_("“%(value)s” is not a VK id: it is a number.") % {"value": text[:100]})
    return found[1]


_NORMALISERS: dict[str, Callable[[str], str]] = {
    AddressKind.EMAIL: _email,
    AddressKind.PUSH_TOKEN: _token,
    AddressKind.TELEGRAM_ID: _telegram,
    AddressKind.MESSENGER_ID: _token,
    AddressKind.INSTAGRAM_ID: _token,
    AddressKind.VK_ID: _vk,
}
