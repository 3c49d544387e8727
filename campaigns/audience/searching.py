"""Contacts found by what somebody remembers of them: a part of a name, number, mail address or id.

Two questions of the same meaning: `fitting` asks each contact, which is quick where many fit; `handful` asks the
indexes of parts, which is quick where few do.
"""

import json
import re
from collections.abc import Iterator, Sequence
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
# So many are a handful: they are looked at one by one. Where PostgreSQL believes in many more, no index is asked.
HANDFUL = 5_000
_TOO_MANY = 20_000


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
    return _fitting(_parts(text))


def is_about_names(text: str) -> bool:
    """Whether no word of `text` may be a part of an address, so that Contact.words alone tells who fits."""
    return not any(part.in_addresses for part in _parts(text))


def handful(text: str) -> Sequence[int] | None:
    """The ids of the contacts who fit `text`; None where that is more than a handful, or no index tells."""
    parts = _parts(text)
    for asked in _askable(parts):
        if (found := _gathered(asked)) is not None:
            others = [part for part in parts if part not in asked]
            return _who_fit(others, among=found) if others else found
    return None


def estimate(contacts: QuerySet[Any, Any]) -> int:
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


def _askable(parts: Sequence[_Part]) -> Iterator[Sequence[_Part]]:
    """What the indexes can be asked at once: all that is only in names, then the longest that addresses may hold."""
    known = [part for part in parts if _HAS_TRIGRAM.search(spelling(part.in_words))]
    if names := [part for part in known if not part.in_addresses]:
        yield names
    if others := [part for part in known if part.in_addresses]:
        yield [max(others, key=lambda part: len(part.in_addresses))]


def _gathered(parts: Sequence[_Part]) -> list[int] | None:
    """The ids of those who fit `parts`: several that are only in names, or one that addresses may hold."""
    sources: list[QuerySet[Any, int]] = [_spelt(parts).values_list("pk", flat=True)]
    if parts[0].in_addresses:
        sources.append(_addresses(parts[0]).values_list("contact_id", flat=True))
    if estimate(_together(sources)) > _TOO_MANY:
        return None
    # Some letters share one in the index, so those it finds are looked at.
    sources[0] = sources[0].filter(*[_has_named(part) for part in parts])
    ids = list(_together([source[: HANDFUL + 1] for source in sources]))
    return list(dict.fromkeys(ids)) if len(ids) <= HANDFUL else None


def _together(sources: Sequence[QuerySet[Any, int]]) -> QuerySet[Any, int]:
    return sources[0].union(*sources[1:], all=True) if sources[1:] else sources[0]


def _who_fit(parts: Sequence[_Part], *, among: Sequence[int]) -> list[int]:
    return list(Contact.objects.filter(pk__any=among).filter(_fitting(parts)).values_list("pk", flat=True))


def _fitting(parts: Sequence[_Part]) -> Q:
    return Q(*[Q(_has_named(part)) | _has_address(part) for part in parts])


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


def _spelt(parts: Sequence[_Part]) -> QuerySet[Contact]:
    """Those whose words hold all `parts` in the letters of the index; a few others may be among them."""
    return Contact.objects.filter(*[Contains(spelled("words"), spelling(part.in_words)) for part in parts])
