"""A document on paper: A4 across, charts as vectors, a head with period and installation, numbered pages.

Letters are DejaVu's, which knows Latin, Cyrillic and Greek; npm brings it, and what is used of it is in the file.
"""

import io
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from campaigns import wording
from campaigns.documents import ChartForm, Column, Document, Headline, Section, told
from campaigns.documents_pdf_charts import BOLD, FAINT, FONT, INK, RULE, charts_on_paper
from campaigns.documents_pdf_flow import flow_on_paper
from campaigns.escaping import one_line
from campaigns.exporting import Cell

# Nobody reads more on paper, and laying out ten thousand rows takes minutes.
MOST_ROWS = 500
_PAGE = landscape(A4)
_MARGIN = 15 * mm
_WIDTH = _PAGE[0] - 2 * _MARGIN
_FIGURE_WIDTH = 62.0
_HEAD_SIZE = 7
# What reportlab leaves free left and right of a cell, and a point for rounding.
_CELL_PADDING = 13.0
_FONTS = settings.BASE_DIR / "node_modules" / "dejavu-fonts-ttf" / "ttf"


def pdf_document(document: Document) -> bytes:
    """`document` as a PDF, in the active language and time zone."""
    _register_fonts()
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=_PAGE,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN + 8 * mm,
        bottomMargin=_MARGIN + 4 * mm,
        title=f"{document.title} {document.subtitle}",
        author=document.organisation or "Cascade",
    )
    template.build(list(_story(document)), canvasmaker=lambda *args, **kwargs: _Pages(document, *args, **kwargs))
    return file.getvalue()


@cache
def _register_fonts() -> None:
    for name in (FONT, BOLD):
        pdfmetrics.registerFont(TTFont(name, _FONTS / f"{name}.ttf"))


class _Pages(Canvas):
    """Keeps the pages until it is known how many there are, and then writes each with its head and number."""

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._document = document
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        """Keep the page."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write all pages."""
        kept = self._kept
        for number, page in enumerate(kept, start=1):
            self.__dict__.update(page)
            self._write_margins(number, len(kept))
            super().showPage()
        super().save()

    def _write_margins(self, number: int, count: int) -> None:
        document = self._document
        self.setFillColor(FAINT)
        self.setFont(FONT, 8)
        self.drawString(_MARGIN, _PAGE[1] - _MARGIN, " · ".join(filter(None, [document.organisation, document.title])))
        self.drawRightString(_PAGE[0] - _MARGIN, _PAGE[1] - _MARGIN, document.subtitle)
        made = date_format(localtime(document.made_at), "DATETIME_FORMAT")
        self.drawString(_MARGIN, _MARGIN, gettext("Figures of %(instant)s") % {"instant": made})
        of = gettext("Page %(number)s of %(count)s") % {"number": number, "count": count}
        self.drawRightString(_PAGE[0] - _MARGIN, _MARGIN, of)
        self.setStrokeColor(RULE)
        self.line(_MARGIN, _PAGE[1] - _MARGIN - 4, _PAGE[0] - _MARGIN, _PAGE[1] - _MARGIN - 4)


def _story(document: Document) -> Iterator[Flowable]:
    yield _paragraph(document.title, size=18, is_bold=True)
    yield _paragraph(document.subtitle, size=10)
    if document.note:
        yield _paragraph(document.note, size=8)
    yield Spacer(0, 6 * mm)
    yield _headlines(document)
    for section in document.sections:
        if section.rows:
            yield Spacer(0, 8 * mm)
            yield from _section(section, document.currency)


def _headlines(document: Document) -> Table:
    cells = [
        [
            _paragraph(headline.label, size=7),
            _paragraph(told(headline.value, headline.kind, document.currency), size=13, is_bold=True),
            *(_paragraph(note, size=7) for note in _notes(headline, document.currency)),
        ]
        for headline in document.headlines
    ]
    style = TableStyle([("BOX", (0, 0), (-1, -1), 0.5, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return Table([cells], colWidths=[_WIDTH / len(cells)] * len(cells), style=style)


def _notes(headline: Headline, currency: str) -> Iterator[str]:
    if headline.note:
        yield headline.note
    if headline.is_compared:
        before = told(headline.before, headline.kind, currency)
        words = gettext("%(change)s against %(before)s") if headline.change else gettext("%(before)s before")
        yield words % {"change": headline.change, "before": before}


def _section(section: Section, currency: str) -> Iterator[Flowable]:
    heading = [_paragraph(section.title, size=12, is_bold=True), *_section_notes(section), Spacer(0, 2 * mm)]
    first, *others = _charts(section) or [Spacer(0, 0)]
    yield KeepTogether([*heading, first, Spacer(0, 3 * mm)])
    yield from others
    yield _table(section, currency)


def _charts(section: Section) -> Sequence[Flowable]:
    if section.chart is None:
        return []
    if section.chart.form is ChartForm.FLOW:
        return [flow_on_paper(section, section.chart, _WIDTH)]
    return charts_on_paper(section, section.chart, _WIDTH)


def _section_notes(section: Section) -> Iterator[Flowable]:
    if section.note:
        yield _paragraph(section.note, size=8)
    if len(section.rows) > MOST_ROWS:
        words = gettext("The first %(most)s of %(count)s rows; the Excel and CSV files have all of them.")
        yield _paragraph(words % {"most": MOST_ROWS, "count": wording.number(len(section.rows))}, size=8)


def _table(section: Section, currency: str) -> Table:
    columns = section.brief_columns
    rows = [*section.rows[:MOST_ROWS], *([section.total] if section.total else [])]
    heads = [_paragraph(column.label, size=_HEAD_SIZE, is_right=column.kind.is_figure) for _place, column in columns]
    lines = [heads, *([_told(row[place], column, currency) for place, column in columns] for row in rows)]
    style = [
        ("FONT", (0, 0), (-1, -1), FONT, 7.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, RULE),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        *(
            ("ALIGN", (at, 0), (at, -1), "RIGHT")
            for at, (_place, column) in enumerate(columns)
            if column.kind.is_figure
        ),
    ]
    if section.total:
        style.append(("FONT", (0, -1), (-1, -1), BOLD, 7.5))
    return Table(
        lines, colWidths=_widths([column for _place, column in columns]), repeatRows=1, style=TableStyle(style)
    )


def _widths(columns: Sequence[Column]) -> list[float]:
    """Figures get what they and the longest word over them need, and texts share the rest."""
    figures = [column for column in columns if column.kind.is_figure]
    share = min(_FIGURE_WIDTH, _WIDTH * 0.75 / max(len(figures), 1))
    needed = [max(share, _longest_word(column.label) + _CELL_PADDING) for column in figures]
    if sum(needed) > _WIDTH * 0.85:
        needed = [share] * len(figures)
    rest, widths = _WIDTH - sum(needed), iter(needed)
    texts = len(columns) - len(figures)
    return [next(widths) if column.kind.is_figure else rest / texts for column in columns]


def _longest_word(label: str) -> float:
    return max((pdfmetrics.stringWidth(word, FONT, _HEAD_SIZE) for word in label.split()), default=0)


def _told(cell: Cell, column: Column, currency: str) -> str | Paragraph:
    text = told(cell, column.kind, currency)
    return text if column.kind.is_figure else _paragraph(text, size=7.5)


def _paragraph(text: str, *, size: float, is_bold: bool = False, is_right: bool = False) -> Paragraph:
    style = ParagraphStyle(
        "told",
        fontName=BOLD if is_bold else FONT,
        fontSize=size,
        leading=size * 1.3,
        textColor=INK,
        splitLongWords=True,
        **({"alignment": TA_RIGHT} if is_right else {}),
    )
    return Paragraph(escape(one_line(text)), style)
