"""Letters on paper: DejaVu's, which knows Latin, Cyrillic and Greek; npm brings it, and the file takes what is used."""

from collections.abc import Callable
from functools import cache, partial
from unicodedata import category
from xml.sax.saxutils import escape

from django.conf import settings
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from campaigns.escaping import one_line

FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, FAINT, RULE = HexColor("#1f2937"), HexColor("#5b6472"), HexColor("#d5dae1")
# What makes one emoji of several characters, and is nothing without them.
_JOINERS = "\N{VARIATION SELECTOR-16}\N{ZERO WIDTH JOINER}"
_FILES = settings.BASE_DIR / "node_modules" / "dejavu-fonts-ttf" / "ttf"


@cache
def register_fonts() -> None:
    """Make the letters known, once."""
    for name in (FONT, BOLD):
        pdfmetrics.registerFont(TTFont(name, _FILES / f"{name}.ttf"))


def printable(text: str) -> str:
    """`text` in one line, without emoji and the like that the letters have no picture of.

    Letters without a picture stay as boxes: a name is not to vanish.
    """
    register_fonts()
    line = one_line(text)
    has_picture = pdfmetrics.getFont(FONT).face.charToGlyph.__contains__
    if all(map(has_picture, map(ord, line))):
        return line
    seen = (letter for letter in line if letter not in _JOINERS)
    kept = "".join(letter for letter in seen if has_picture(ord(letter)) or category(letter)[0] in "LN")
    return " ".join(kept.split()) or line


def fitting(text: str, width: float, size: float) -> str:
    """As much of `text` as has room in `width` points, with an ellipsis where it is cut."""
    is_fitting: Callable[[str], bool] = partial(_has_room, width=width, size=size)
    if is_fitting(text):
        return text
    while text and not is_fitting(f"{text}…"):
        text = text[:-1]
    return f"{text.rstrip()}…"


def _has_room(text: str, *, width: float, size: float) -> bool:
    return float(stringWidth(text, FONT, size)) <= width


def paragraph(text: str, *, size: float, is_bold: bool = False, is_right: bool = False) -> Paragraph:
    """`text` as it is, whatever mark-up it looks like; broken where there is no room."""
    style = ParagraphStyle(
        "told",
        fontName=BOLD if is_bold else FONT,
        fontSize=size,
        leading=size * 1.3,
        textColor=INK,
        splitLongWords=True,
        **({"alignment": TA_RIGHT} if is_right else {}),
    )
    return Paragraph(escape(printable(text)), style)
