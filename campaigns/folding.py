"""Texts as they are searched: in small letters, without what people leave out when they write a name from memory.

The database folds by the same table, so what `folded` gives is found in what a folded column holds. A change of the
tables changes the columns and indexes made of them: `makemigrations` says so.
"""

import unicodedata

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower

# Letters with a sign above or below, and signs that stand for one another: "jose" finds José, and "семен" Семён.
_WITH_SIGNS = "áàâäãåāăąćčçďđéèêëēęěíìîïīįłńñňóòôöõøőřśšşťúùûüūůűýÿźżžёʼ’‘`´"
_WITHOUT = "aaaaaaaaacccddeeeeeeeiiiiiilnnnooooooorssstuuuuuuuyyzzzе'''''"  # the е is Cyrillic
_FOLDS = str.maketrans(_WITH_SIGNS, _WITHOUT)

# PostgreSQL's trigrams know letters by the locale of the database; where that is C, as in the one that comes along,
# Cyrillic is none. So the index is made of other letters, one for one. It only says where to look.
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґў"
_LATIN = "abvgdejziyklmnoprstufhc46q7x8e9a2i3g5"
_SPELLING = str.maketrans(_CYRILLIC, _LATIN)

# Each word has a space before it, so that the beginnings of words can be asked for.
WORDS = Func(
    Lower(
        Concat(
            Value(" "),
            "first_name",
            Value(" "),
            "last_name",
            Value(" "),
            Coalesce("external_id", Value("")),
            output_field=TextField(),
        )
    ),
    Value(_WITH_SIGNS),
    Value(_WITHOUT),
    function="translate",
    output_field=TextField(),
)


def folded(text: str) -> str:
    """`text` as Contact.words would hold it."""
    return unicodedata.normalize("NFC", text).lower().translate(_FOLDS)


def spelled(column: str) -> Func:
    """A folded column in the letters of the index."""
    return Func(F(column), Value(_CYRILLIC), Value(_LATIN), function="translate", output_field=TextField())


def spelling(text: str) -> str:
    """A folded text in the letters of the index."""
    return text.translate(_SPELLING)
