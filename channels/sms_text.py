"""How a text becomes SMS parts, and which characters make it dearer.

GSM 03.38 (3GPP TS 23.038): a part holds 160 septets alone and 153 when there are several, because six
octets go to the concatenation header; a character of the extension table costs two. One character
outside both tables turns the whole text into UCS-2, with 70 and 67 UTF-16 units, so that a single
dash can double the price.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
GSM = GSM_BASIC | GSM_EXTENSION

_ONE_UNIT_IN_GSM = re.compile(f"[{re.escape(''.join(sorted(GSM_BASIC)))}]*")

# What word processors and phones put in place of the plain character that costs nothing.
PLAIN_FOR = {
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "−": "-", "•": "-", "·": ".",
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "′": "'", "ʼ": "'",
    "…": "...", "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " ", "\u2003": " ", "\u2002": " ",
    "\t": " ", "\u2028": "\n", "\u2029": "\n", "×": "x", "№": "No", "™": "(TM)", "©": "(C)", "®": "(R)",
    "á": "a", "í": "i", "ó": "o", "ú": "u", "Á": "A", "Í": "I", "Ó": "O", "Ú": "U", "ç": "c",
}  # fmt: skip
# Invisible ones are better left out altogether.
DROPPED = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f")


class SmsEncoding(StrEnum):
    """How the network carries the text."""

    GSM = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, kw_only=True)
class CostlyCharacter:
    """A character outside GSM-7 at `position` (in code points) of the text.

    `replacement` says the same inside GSM-7; where `has_replacement` is False there is no such character.
    """

    position: int
    character: str
    replacement: str
    has_replacement: bool


@dataclass(frozen=True, kw_only=True)
class SmsMeasure:
    """What a text takes: `characters` as the network counts them (septets, or UTF-16 units in UCS-2),
    the `parts` that are paid for, what is `left_in_part` of the last one, and the `costly` characters.
    """

    encoding: SmsEncoding
    characters: int
    parts: int
    left_in_part: int
    costly: tuple[CostlyCharacter, ...]


# Units in a part that stands alone, and in one of several.
ROOM = {SmsEncoding.GSM: (160, 153), SmsEncoding.UCS2: (70, 67)}


def measure(text: str) -> SmsMeasure:
    """What `text` takes as an SMS. An empty text has no part."""
    encoding = _encoding(text)
    sizes = [_size(part, encoding) for part in split(text)]
    alone, shared = ROOM[encoding]
    room = alone if len(sizes) < 2 else shared
    return SmsMeasure(
        encoding=encoding,
        characters=sum(sizes),
        parts=len(sizes),
        left_in_part=room - (sizes[-1] if sizes else 0),
        costly=tuple(_costly(text)) if encoding is SmsEncoding.UCS2 else (),
    )


def count_parts(text: str) -> int:
    """How many parts of `text` are paid for.

    Where every character takes one unit, nothing has to be cut to know it.
    """
    if _ONE_UNIT_IN_GSM.fullmatch(text):
        alone, shared = ROOM[SmsEncoding.GSM]
    elif not GSM.issuperset(text) and (not text or max(text) <= "\uffff"):
        alone, shared = ROOM[SmsEncoding.UCS2]
    else:
        return len(split(text))
    return -(-len(text) // (alone if len(text) <= alone else shared))


def split(text: str) -> list[str]:
    """`text` cut into the parts that the network carries.

    Neither an escaped character nor a surrogate pair is ever cut, which may leave a unit of a part empty.
    """
    encoding = _encoding(text)
    alone, shared = ROOM[encoding]
    if _size(text, encoding) <= alone:
        return [text] if text else []
    return list(_cut(text, encoding, shared))


def cheapened(text: str, *, only: str = "") -> str:
    """`text` with every costly character that has a plain equivalent, or `only` this one, replaced by it."""
    return "".join(
        _plain(character) if _is_costly(character) and only in {"", character} else character for character in text
    )


def _encoding(text: str) -> SmsEncoding:
    return SmsEncoding.GSM if GSM.issuperset(text) else SmsEncoding.UCS2


def _size(text: str, encoding: SmsEncoding) -> int:
    """What `text` takes in units of `encoding`, as `_cost` of its characters together."""
    if encoding is SmsEncoding.UCS2:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text) + sum(text.count(character) for character in GSM_EXTENSION.intersection(text))


def _is_costly(character: str) -> bool:
    return character not in GSM


def _cost(character: str, encoding: SmsEncoding) -> int:
    if encoding is SmsEncoding.GSM:
        return 2 if character in GSM_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _cut(text: str, encoding: SmsEncoding, room: int) -> Iterator[str]:
    begin = used = 0
    for position, character in enumerate(text):
        cost = _cost(character, encoding)
        if used + cost > room:
            yield text[begin:position]
            begin, used = position, 0
        used += cost
    yield text[begin:]


def _plain(character: str) -> str:
    return "" if character in DROPPED else PLAIN_FOR.get(character, character)


def _costly(text: str) -> Iterator[CostlyCharacter]:
    for position, character in enumerate(text):
        if _is_costly(character):
            plain = _plain(character)
            yield CostlyCharacter(
                position=position,
                character=character,
                replacement="" if plain == character else plain,
                has_replacement=plain != character,
            )
