"""A document on paper: A4 across, charts as vectors, a head with period and installation, numbered pages."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import gettext
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, SimpleDocTemplate, Spacer, Table, TableStyle

from campaigns import documents_pdf_table as tables
from campaigns import wording
from campaigns.documents import ChartForm, Document, Headline, Section, told
from campaigns.documents_pdf_charts import charts_on_paper
from campaigns.documents_pdf_flow import flow_on_paper
from campaigns.documents_pdf_text import BOLD, FAINT, FONT, RULE, fitting, paragraph, printable, register_fonts
from campaigns.escaping import one_line

_PAGE = landscape(A4)
_MARGIN = 15 * mm
_WIDTH = _PAGE[0] - 2 * _MARGIN
# What reportlab keeps free around everything on a page.
_FRAME = 6
_HEAD = 8
# A figure of the whole is as large as its place lets it be.
_LARGEST, _SMALLEST, _PADDING = 13.0, 6.0, 6.0


def pdf_document(document: Document) -> bytes:
    """`document` as a PDF, in the active language and time zone."""
    register_fonts()
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=_PAGE,
        leftMargin=_MARGIN - _FRAME,
        rightMargin=_MARGIN - _FRAME,
        topMargin=_MARGIN + 8 * mm,
        bottomMargin=_MARGIN + 4 * mm,
        title=one_line(f"{document.title} {document.subtitle}"),
        author=one_line(document.made_by or document.organisation) or "Cascade",
    )
    template.build(list(_story(document)), canvasmaker=lambda *args, **kwargs: _Pages(document, *args, **kwargs))
    return file.getvalue()


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
        head = printable(" · ".join(filter(None, [document.organisation, document.title])))
        subtitle = fitting(printable(document.subtitle), _WIDTH / 2, _HEAD)
        room = _WIDTH - stringWidth(subtitle, FONT, _HEAD) - 5 * mm
        self.setFillColor(FAINT)
        self.setFont(FONT, _HEAD)
        self.drawString(_MARGIN, _PAGE[1] - _MARGIN, fitting(head, room, _HEAD))
        self.drawRightString(_PAGE[0] - _MARGIN, _PAGE[1] - _MARGIN, subtitle)
        self.drawString(_MARGIN, _MARGIN, gettext("Figures of %(instant)s") % {"instant": _made_at(document)})
        of = gettext("Page %(number)s of %(count)s") % {"number": number, "count": count}
        self.drawRightString(_PAGE[0] - _MARGIN, _MARGIN, of)
        self.setStrokeColor(RULE)
        self.line(_MARGIN, _PAGE[1] - _MARGIN - 4, _PAGE[0] - _MARGIN, _PAGE[1] - _MARGIN - 4)


def _made_at(document: Document) -> str:
    return date_format(localtime(document.made_at), "DATETIME_FORMAT")


def _story(document: Document) -> Iterator[Flowable]:
    yield paragraph(document.title, size=18, is_bold=True)
    yield paragraph(document.subtitle, size=11)
    yield Spacer(0, 1 * mm)
    yield paragraph(_making(document), size=8)
    yield Spacer(0, 5 * mm)
    yield _headlines(document)
    yield Spacer(0, 2 * mm)
    for note in filter(None, (document.compared, document.note)):
        yield paragraph(note, size=8)
    for section in document.sections:
        if section.rows:
            yield Spacer(0, 8 * mm)
            yield from _section(section, document.currency)


def _making(document: Document) -> str:
    """Who made it and when, and by which clock its days are told."""
    by = gettext("Made by %(name)s") % {"name": document.made_by} if document.made_by else ""
    clock = gettext("Days and hours are those of %(zone)s.") % {"zone": get_current_timezone_name()}
    return " · ".join(filter(None, [by, _made_at(document), clock]))


def _headlines(document: Document) -> Table:
    width = _WIDTH / len(document.headlines)
    cells = [_headline(headline, document.currency, width - 2 * _PADDING) for headline in document.headlines]
    style = TableStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.5, RULE),
            ("INNERGRID", (0, 0), (-1, -1), 0.5, RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ]
    )
    return Table([cells], colWidths=[width] * len(cells), hAlign="LEFT", style=style)


def _headline(headline: Headline, currency: str, width: float) -> list[Flowable]:
    figure = told(headline.value, headline.kind, currency)
    size = min(_LARGEST, max(_SMALLEST, _LARGEST * width / stringWidth(figure, BOLD, _LARGEST) - 0.1))
    return [
        paragraph(headline.label, size=7),
        paragraph(figure, size=size, is_bold=True),
        *(paragraph(note, size=7) for note in _notes(headline, currency)),
    ]


def _notes(headline: Headline, currency: str) -> Iterator[str]:
    if headline.note:
        yield headline.note
    if headline.is_compared:
        before = told(headline.before, headline.kind, currency)
        words = gettext("%(change)s against %(before)s") if headline.change else gettext("%(before)s before")
        yield words % {"change": headline.change, "before": before}


def _section(section: Section, currency: str) -> Iterator[Flowable]:
    heading = [paragraph(section.title, size=12, is_bold=True), *_section_notes(section), Spacer(0, 2 * mm)]
    first, *others = _charts(section) or [Spacer(0, 0)]
    yield KeepTogether([*heading, first, Spacer(0, 3 * mm)])
    yield from others
    yield tables.table_on_paper(section, currency, _WIDTH)


def _charts(section: Section) -> Sequence[Flowable]:
    if section.chart is None:
        return []
    if section.chart.form is ChartForm.FLOW:
        return [flow_on_paper(section, section.chart, _WIDTH)]
    return charts_on_paper(section, section.chart, _WIDTH)


def _section_notes(section: Section) -> Iterator[Flowable]:
    if section.note:
        yield paragraph(section.note, size=8)
    if len(section.rows) > tables.MOST_ROWS:
        words = gettext("The first %(most)s of %(count)s rows; the Excel and CSV files have all of them.")
        told_of = {"most": tables.MOST_ROWS, "count": wording.number(len(section.rows))}
        yield paragraph(words % told_of, size=8)
