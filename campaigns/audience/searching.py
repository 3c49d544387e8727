"""Contacts found by what somebody remembers of them: a part of a name, number, mail address or id.

Two questions of the same meaning: `fitting` asks each contact, which is quick where many fit; `handful` asks the
indexes of parts, which is quick where few do.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, IsNull

from campaigns.folding import folded, spelled, spelling
from campaigns.models import Address, Contact
from channels.kinds import AddressKind

_NUMBER = re.compile(r"\+?[\d\s().\-]+")
# Written before a number inside its country, and not part of it: 0 in most of Europe, 8 in some countries beside.
_TRUNK = re.compile(r"^[08](?=\d{8})")
# What the index of parts can be asked for: three signs, or the beginning of a word. Anything else would read all of it.
_HAS_TRIGRAM = re.compile(r"[a-z0-9]{3}| [a-z0-9]")
_FEWEST_SIGNS = 3
_MOST_WORDS = 6
# So many are a handful: they are looked at one by one. Many times as many are not even gathered.
HANDFUL = 10_000
_TOO_MANY = 50_000


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A word, or a number with the signs inside it: what words hold of it, and addresses that are none of `not_in`.

    `in_addresses` is "" where no address is meant.
    """

    in_words: str
    in_addresses: str
    not_in: Sequence[str] = (AddressKind.PUSH_TOKEN,)


def fitting(text: str) -> Q:
    """A condition over Contact: every word of `text` is a part of their name, id or an address, in any case and script.

    A text of digits and the signs that stand between them is a part of a phone number or of an id. Words of one or two
    letters are beginnings of names. Empty for an empty text.
    """
    return Q(*[Q(_has_named(part)) | _has_address(part) for part in _parts(text)])


def handful(text: str) -> Sequence[int] | None:
    """The ids of the contacts who fit `text`; None where that is more than a handful, or no index tells."""
    parts = [part for part in _parts(text) if _HAS_TRIGRAM.search(spelling(part.in_words))]
    if not parts:
        return None
    by_name = [part for part in parts if not part.in_addresses]
    longest = max(parts, key=lambda part: len(part.in_words))
    found = _named(by_name) if by_name else Contact.objects.filter(pk__in=_named_or_addressed(longest))
    if estimate(found) > _TOO_MANY:
        return None
    ids = list(found.filter(fitting(text)).order_by().values_list("pk", flat=True)[: HANDFUL + 1])
    return ids if len(ids) <= HANDFUL else None


def estimate(contacts: QuerySet[Contact]) -> int:
    """How many PostgreSQL believes them to be."""
    return int(json.loads(contacts.order_by().explain(format="json"))[0]["Plan"]["Plan Rows"])


def _parts(text: str) -> Sequence[_Part]:
    plain = folded(text.replace("\x00", " ")).strip()
    words = [plain] if _is_number(plain) else plain.split()[:_MOST_WORDS]
    return [_number(word) if _is_number(word) else _word(word) for word in words]


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and len(re.sub(r"\D", "", text)) >= _FEWEST_SIGNS


def _number(text: str) -> _Part:
    digits = re.sub(r"\D", "", text).removeprefix("00")
    # A mail address may hold a year: it is not meant by digits alone.
    return _Part(
        in_words=text,
        in_addresses=digits if text.startswith("+") else _TRUNK.sub("", digits),
        not_in=(AddressKind.EMAIL, AddressKind.PUSH_TOKEN),
    )


def _word(word: str) -> _Part:
    if len(word) < _FEWEST_SIGNS:
        return _Part(in_words=f" {word}", in_addresses="")
    return _Part(in_words=word, in_addresses=word if word.isascii() else "")


def _has_named(part: _Part) -> Contains:
    return Contains(F("words"), part.in_words)


def _has_address(part: _Part) -> Q:
    if not part.in_addresses:
        return Q()
    # Not EXISTS: for that PostgreSQL may gather the addresses of everybody, to look up those of some.
    address = _addresses(part).filter(contact=OuterRef("pk")).values("pk")[:1]
    return Q(IsNull(Subquery(address), False))


def _addresses(part: _Part) -> QuerySet[Address]:
    addresses = Address.objects.filter(Contains(Lower("value"), part.in_addresses))
    for kind in part.not_in:
        addresses = addresses.exclude(kind=kind)
    return addresses


def _named(parts: Sequence[_Part]) -> QuerySet[Contact]:
    """Those whose words hold all `parts`, found by the index; a few others may be among them."""
    return Contact.objects.filter(*[Contains(spelled("words"), spelling(part.in_words)) for part in parts])


def _named_or_addressed(part: _Part) -> QuerySet[Contact, Any]:
    return _named([part]).values("pk").union(_addresses(part).values("contact_id"), all=True)
