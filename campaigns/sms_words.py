"""Names for the characters that make an SMS dearer, because many of them can hardly be told from the plain ones."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.sms_text import DROPPED

_WORDS: dict[str, str | Promise] = {
    "–": _("a dash"),
    "—": _("a long dash"),
    "‑": _("a hyphen that does not break"),
    "−": _("a minus sign"),
    "•": _("a bullet"),
    "“": _("a curly quotation mark"),
    "”": _("a curly quotation mark"),
    "„": _("a curly quotation mark"),
    "«": _("an angled quotation mark"),
    "»": _("an angled quotation mark"),
    "‘": _("a curly apostrophe"),
    "’": _("a curly apostrophe"),
    "ʼ": _("a curly apostrophe"),
    "`": _("a backtick"),
    "´": _("an accent that stands alone"),
    "…": _("three dots in one character"),
    "\u00a0": _("a space that does not break"),
    "\u202f": _("a narrow space"),
    "\u2009": _("a narrow space"),
    "\t": _("a tab"),
    "№": _("a number sign"),
    "×": _("a multiplication sign"),
}
# Nothing can be seen of these, so the page shows the words alone.
_UNSEEN = DROPPED | frozenset("\u00a0\u202f\u2009\u2007\u2003\u2002\t\u2028\u2029")


def in_words(character: str) -> str:
    """What `character` is called, "" where it speaks for itself."""
    if character in DROPPED:
        return str(_("a character that cannot be seen"))
    return str(_WORDS.get(character, _("a space of another width") if character in _UNSEEN else ""))


def is_seen(character: str) -> bool:
    """Is there anything to see of `character`?"""
    return character not in _UNSEEN
