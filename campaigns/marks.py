"""What has no value for a person, marked where it would stand in a text, so that a page can show the gap."""

import re
from collections.abc import Collection
from dataclasses import dataclass

# Signs that hardly anybody writes; what an author writes between them himself is no gap.
_MARKED = re.compile(r"⟦(\w+)⟧")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a text: words, or the name of a variable that `is_missing`."""

    text: str
    is_missing: bool = False


def mark(name: str) -> str:
    """What stands in a text for the variable called `name` until `pieces` finds it again."""
    return f"⟦{name}⟧"


def pieces(text: str, missing: Collection[str]) -> tuple[Piece, ...]:
    """`text` cut at the marks of the variables `missing`, in its order."""
    found: list[Piece] = []
    end = 0
    for gap in _MARKED.finditer(text):
        if gap[1] in missing:
            found += [Piece(text=text[end : gap.start()]), Piece(text=gap[1], is_missing=True)]
            end = gap.end()
    return tuple(piece for piece in (*found, Piece(text=text[end:])) if piece.text)
