"""The words by which people ask for no more messages, in the languages of the product.

Only a reply that is nothing but such a word counts: "stop by our shop" is a reply. The English ones are
those that the FCC requires to be honoured (47 CFR 64.1200(a)(10)) and what carriers themselves know.
"""

import unicodedata

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "optout", "remove"}
    ),
    "es": frozenset(
        {"alto", "baja", "darme de baja", "parar", "para", "cancelar", "detener", "no más", "no mas", "salir"}
    ),
    "ru": frozenset(
        {"стоп", "отписаться", "отписка", "отпишите", "отмена", "отказ", "отказаться", "хватит", "не писать"}
    ),
    "uk": frozenset(
        {"стоп", "відписатися", "відписатись", "відписка", "відпишіть", "скасувати", "відмова", "зупинити", "досить"}
    ),
}
ALL = frozenset().union(*STOP_WORDS.values())


def is_stop(text: str) -> bool:
    """Whether the reply `text` asks for no more messages, in any of the languages."""
    return _bare(text) in ALL


def _bare(text: str) -> str:
    """Lower case, without punctuation and doubled spaces: "STOP!" and "«Стоп»" are the words themselves."""
    normal = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in normal).split())
