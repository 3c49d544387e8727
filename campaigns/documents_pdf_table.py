"""The table of a section on paper: as wide as its figures need, with its headings on every page."""

from collections.abc import Iterator, Sequence

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph, Table, TableStyle

from campaigns.documents import Column, Section, told
from campaigns.documents_pdf_text import BOLD, FONT, INK, RULE, paragraph, printable

# Nobody reads more on paper.
MOST_ROWS = 100
# Letters are smaller where the figures would leave too little room to the names.
_SIZES = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
_LEAST_OF_NAMES = 120.0
_MOST_OF_OTHER_TEXTS = 110.0
_PADDING = 6.0


def table_on_paper(section: Section, currency: str, width: float) -> Table:
    """The brief columns of `section`, its first MOST_ROWS rows and its total, `width` points wide."""
    columns = [column for _place, column in section.brief_columns]
    texts = list(_texts(section, currency))
    size, widths = _size_and_widths(columns, texts, width, has_total=section.total is not None)
    heads = [paragraph(column.label, size=size - 0.5, is_right=column.kind.is_figure) for column in columns]
    last = len(texts) if section.total else -1
    lines: list[list[str | Paragraph]] = [
        [_cell(text, column, size, is_bold=number == last) for text, column in zip(row, columns, strict=True)]
        for number, row in enumerate(texts, start=1)
    ]
    style = _style(columns, size, has_total=section.total is not None)
    return Table([heads, *lines], colWidths=widths, repeatRows=1, hAlign="LEFT", style=style)


def _texts(section: Section, currency: str) -> Iterator[Sequence[str]]:
    for row in (*section.rows[:MOST_ROWS], *([section.total] if section.total else [])):
        yield [printable(told(row[place], column.kind, currency)) for place, column in section.brief_columns]


def _size_and_widths(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], width: float, *, has_total: bool
) -> tuple[float, list[float]]:
    """The largest letters that leave room for the names in the first column, and how wide each column is then.

    What nobody needs is divided between them, so that a figure is not far from its name.
    """
    tried = ((size, _others(columns, texts, size, has_total=has_total)) for size in _SIZES)
    size, others = next(found for found in tried if width - sum(found[1]) >= _LEAST_OF_NAMES or found[0] == _SIZES[-1])
    rest = width - sum(others)
    names = max((stringWidth(row[0], FONT, size) for row in texts), default=0.0) + 2 * _PADDING
    share = max(0.0, rest - max(names, _LEAST_OF_NAMES)) / len(columns)
    return size, [max(rest, _LEAST_OF_NAMES / 2) - share * len(others), *(other + share for other in others)]


def _others(columns: Sequence[Column], texts: Sequence[Sequence[str]], size: float, *, has_total: bool) -> list[float]:
    """How wide the columns beside the first have to be."""
    return [_needed(columns, texts, place, size, has_total=has_total) for place in range(1, len(columns))]


def _needed(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], place: int, size: float, *, has_total: bool
) -> float:
    """How wide the column at `place` has to be, so that no figure and no word of its heading is broken."""
    fonts = [FONT] * (len(texts) - has_total) + [BOLD] * has_total
    widest = max((stringWidth(row[place], font, size) for row, font in zip(texts, fonts, strict=True)), default=0.0)
    if not columns[place].kind.is_figure:
        widest = min(widest, _MOST_OF_OTHER_TEXTS)
    heading = columns[place].label
    words = max((stringWidth(word, FONT, size - 0.5) for word in heading.split()), default=0.0)
    # In two lines, as far as words can be divided.
    half = stringWidth(heading, FONT, size - 0.5) * 0.6 if " " in heading else 0
    return float(max(widest, words, half)) + 2 * _PADDING


def _cell(text: str, column: Column, size: float, *, is_bold: bool) -> str | Paragraph:
    return text if column.kind.is_figure else paragraph(text, size=size, is_bold=is_bold)


def _style(columns: Sequence[Column], size: float, *, has_total: bool) -> TableStyle:
    commands: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, size),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, RULE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.75, INK),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        *(("ALIGN", (at, 0), (at, -1), "RIGHT") for at, column in enumerate(columns) if column.kind.is_figure),
    ]
    if has_total:
        commands += [("FONT", (0, -1), (-1, -1), BOLD, size), ("LINEABOVE", (0, -1), (-1, -1), 0.75, INK)]
    return TableStyle(commands)
