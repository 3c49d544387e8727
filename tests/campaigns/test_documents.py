"""Documents as workbooks and on paper: the figures of the pages, nothing that runs, letters of every language."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from pypdf import PdfReader
from reportlab.graphics.shapes import String
from reportlab.pdfbase.pdfmetrics import stringWidth

from campaigns.document_files import written
from campaigns.documents import Chart, ChartForm, Column, Document, Headline, Kind, Line, Section, told
from campaigns.documents_campaign import campaign_document
from campaigns.documents_pdf import pdf_document
from campaigns.documents_pdf_charts import charts_on_paper, colour_of
from campaigns.documents_pdf_table import table_on_paper
from campaigns.documents_pdf_text import BOLD, FONT, printable
from campaigns.documents_pdf_texture import filled
from campaigns.documents_period import period_document
from campaigns.documents_xlsx import xlsx_document
from campaigns.exporting import FileFormat
from campaigns.models import Campaign, Installation
from campaigns.periods import Period
from campaigns.reports import campaign_report
from tests.campaigns.autumn_reports import abandoned_carts, campaigns_of_february, many_campaigns
from tests.e2e.autumn import autumn_collection
from tests.factories import NOON, make_campaign

pytestmark = pytest.mark.django_db

FEBRUARY = Period(begins_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
DAYS = {"begins_on": "2026-02-01", "ends_on": "2026-02-28"}


def workbook_of(document: Document) -> Workbook:
    """`document` as a workbook, read back."""
    with xlsx_document(document) as file:
        return load_workbook(BytesIO(file.read()))


def text_of(content: bytes) -> str:
    """All that stands in a PDF, with single blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def cells(document: Document, key: str) -> list[dict[str, Any]]:
    """The sheet of the section `key`, by headings."""
    headings, *rows = workbook_of(document)[document.section(key).title].values
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.mark.parametrize("form", [ChartForm.BARS, ChartForm.STACKED, ChartForm.LINES])
@pytest.mark.parametrize("steps", [1, 8, 40])
def test_paper_has_room_for_the_bars_of_many_steps(form: ChartForm, steps: int) -> None:
    section = Section(
        key="steps",
        title="How far people went",
        columns=[Column(label="Step"), *(Column(label=f"Stage {stage}", kind=Kind.NUMBER) for stage in range(6))],
        rows=[[f"Step no. {step}", *range(6)] for step in range(1, steps + 1)],
        chart=Chart(form=form, label="", lines=tuple(Line(column=stage, colour="green") for stage in range(1, 7))),
    )
    headline = Headline(label="People", kind=Kind.NUMBER, value=1)
    document = Document(
        title="Report",
        subtitle="",
        organisation="",
        currency="EUR",
        made_at=NOON,
        headlines=(headline,),
        sections=(section,),
    )
    text = text_of(pdf_document(document))
    # In the table, and beside its bars.
    times = 1 if form is ChartForm.LINES else 2
    assert text.count(f"Step no. {steps}") >= times


@pytest.mark.parametrize("key", ["campaigns", "time", "segments", "channels"])
def test_a_workbook_and_the_paper_have_the_figures_of_the_document(key: str) -> None:
    campaigns_of_february()
    document = period_document(FEBRUARY)
    section = document.section(key)
    rows = cells(document, key)
    paper = text_of(pdf_document(document))
    assert len(rows) == len(section.rows) > 0
    for row, written_row in zip(section.rows, rows, strict=True):
        for column, cell in zip(section.columns, row, strict=True):
            if column.kind.is_figure:
                assert (written_row[column.label] or 0) == pytest.approx(float(cell or 0))
                assert isinstance(written_row[column.label], int | float | None)
            if column.kind.is_figure and column.is_brief:
                assert told(cell, column.kind, document.currency) in paper


def test_the_overview_tells_the_headlines_beside_the_period_before() -> None:
    many_campaigns(2)
    document = period_document(FEBRUARY)
    rows = {row[0]: row[1:3] for row in workbook_of(document)["Overview"].values}
    for headline in document.headlines:
        value, before = rows[headline.label]
        assert value == pytest.approx(float(headline.value))
        assert (before or 0) == pytest.approx(float(headline.before or 0))


def test_a_workbook_draws_its_tables_itself() -> None:
    campaigns_of_february()
    document = period_document(FEBRUARY)
    with xlsx_document(document) as file:
        content = file.read()
    drawn = {sheet.title: len(sheet._charts) for sheet in load_workbook(BytesIO(content))}
    assert drawn == {"Overview": 0, "By campaign": 1, "Over time": 1, "By channel": 1, "By segment": 1}


def test_a_sheet_keeps_names_and_headings_in_sight_and_prints_as_wide_as_a_page() -> None:
    campaigns_of_february()
    document = period_document(FEBRUARY)
    workbook = workbook_of(document)
    for section in document.sections:
        sheet = workbook[section.title]
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.auto_filter.ref.endswith(str(len(section.rows) + 1))
        for place, column in enumerate(section.columns, start=1):
            heading = sheet.cell(row=1, column=place)
            width = sheet.column_dimensions[get_column_letter(place)].width
            assert heading.alignment.wrap_text
            assert all(len(word) < width for word in column.label.split())
            texts = [row[place - 1] for row in section.rows if column.kind is Kind.TEXT]
            assert all(len(str(text)) < width for text in texts)


def test_a_campaign_takes_its_figures_and_pictures_along() -> None:
    campaign = autumn_collection()
    document, report = campaign_document(campaign), campaign_report(campaign.pk)
    (whole,) = cells(document, "campaign")
    assert (whole["People"], whole["Acted"], whole["Cost"]) == (12_480, 5_197, 537)
    assert [row["Acted upon it"] for row in cells(document, "funnel")] == [step.figures.credit for step in report.steps]
    assert [row["Came"] for row in cells(document, "steps")] == [step.figures.came for step in report.steps]
    for row in cells(document, "steps"):
        assert row["Came"] == sum(row[fate] for fate in ("Skipped", "Stopped here", "Went on", "Ended here", "Waiting"))
    charts = {sheet.title: len(sheet._charts) for sheet in workbook_of(document)}
    assert sum(charts.values()) == 4
    paper = text_of(pdf_document(document))
    for figure in ("12,480", "5,197", "$537.00", "Where people are", "What each step added"):
        assert figure in paper


def test_a_campaign_that_nobody_entered_has_a_report_too() -> None:
    document = campaign_document(make_campaign())
    assert "Draft" in text_of(pdf_document(document))
    assert cells(document, "campaign")[0]["People"] == 0


def test_no_cell_of_a_workbook_is_a_formula_and_no_name_is_markup_on_paper() -> None:
    campaigns_of_february()
    Campaign.objects.filter(name="Win-back").update(name="<b>Win</b> & <para>\x07")
    document = period_document(FEBRUARY)
    for sheet in workbook_of(document):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert "'=cmd|' /C calc'!A0" in [row["Campaign"] for row in cells(document, "campaigns")]
    assert "<b>Win</b> & <para>" in text_of(pdf_document(document))


def test_paper_breaks_no_word_of_a_heading() -> None:
    campaign = autumn_collection()
    with translation.override("ru"):
        paper = text_of(pdf_document(campaign_document(campaign)))
    for word in ("результата", "Просрочено", "Отреагировали", "добавленного"):
        assert word in paper


@pytest.mark.parametrize("language", ["en", "ru", "uk", "es"])
def test_paper_knows_the_letters_of_every_language(language: str) -> None:
    Installation.objects.create(name="Магазин «Їжак»")
    campaigns_of_february()
    with translation.override(language):
        content = pdf_document(period_document(FEBRUARY))
    paper = text_of(content)
    assert "Осенняя распродажа" in paper
    assert "Магазин «Їжак»" in paper
    fonts = {font["/BaseFont"] for page in PdfReader(BytesIO(content)).pages for font in _fonts(page)}
    assert {name.partition("+")[2] for name in fonts} >= {"DejaVuSans", "DejaVuSans-Bold"}


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_every_page_of_paper_has_period_installation_and_number() -> None:
    Installation.objects.create(name="Shop")
    many_campaigns(80)
    pages = PdfReader(BytesIO(pdf_document(period_document(FEBRUARY)))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(pages)}" in text
        assert "Shop · Campaigns" in text
        assert "Feb. 1, 2026 to Feb. 28, 2026" in text


def test_paper_has_the_largest_campaigns_and_says_where_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.documents_pdf_table.MOST_ROWS", 5)
    many_campaigns(30)
    paper = text_of(pdf_document(period_document(FEBRUARY)))
    assert "The first 5 of 30 rows; the Excel and CSV files have all of them." in paper
    # The most who acted, of the seven that are made in turns.
    assert "Campaign no. 6" in paper
    assert "Campaign no. 0 " not in paper


def test_paper_says_who_made_it_when_by_which_clock_and_what_it_is_compared_with() -> None:
    many_campaigns(2)
    with timezone.override("Europe/Kyiv"):
        document = replace(period_document(FEBRUARY, made_by="Olena Kovalenko"), made_at=NOON)
        paper = text_of(pdf_document(document))
        overview = [row[0] for row in workbook_of(document)["Overview"].values]
    assert "Olena Kovalenko" in PdfReader(BytesIO(pdf_document(document))).metadata.author
    assert "Made by Olena Kovalenko · Feb. 11, 2026, 2 p.m. · Days and hours are those of Europe/Kyiv." in paper
    assert "Against Jan. 1, 2026 to Jan. 31, 2026." in paper
    assert "Against Jan. 1, 2026 to Jan. 31, 2026." in overview


def test_the_campaigns_come_last_with_the_whole_below_them() -> None:
    campaigns_of_february()
    abandoned_carts(launched_at=NOON - timedelta(days=25), days=40)
    section = period_document(FEBRUARY).sections[-1]
    assert (section.key, len(section.rows)) == ("campaigns", 4)
    for place, column in enumerate(section.columns):
        if column.kind is Kind.NUMBER or column.label == "Cost":
            assert section.total
            assert section.total[place] == sum(Decimal(str(row[place])) for row in section.rows), column.label
    paper = text_of(pdf_document(period_document(FEBRUARY)))
    assert paper.count("In all") == 4


def huge(document: Document) -> Document:
    """`document` with figures of a very large shop."""
    spent = Headline(label="Spent", kind=Kind.MONEY, value=Decimal("1234567890123.45"), is_compared=False)
    section = document.sections[0]
    row = [cell if isinstance(cell, str) else 98_765_432_109 for cell in section.rows[0]]
    return replace(document, headlines=(spent,) * 7, sections=(replace(section, rows=[row], total=row),))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_figure_on_paper_is_broken_or_lies_upon_the_next(language: str) -> None:
    many_campaigns(2)
    with translation.override(language):
        document = huge(period_document(FEBRUARY))
        table = table_on_paper(document.sections[0], document.currency, 750)
        paper = text_of(pdf_document(document))
        assert " ".join(told(document.headlines[0].value, Kind.MONEY, "USD").split()) in paper
    assert sum(table._colWidths) == pytest.approx(750)
    for cell, width in list(zip(table._cellvalues[-1], table._colWidths, strict=True))[1:]:
        assert stringWidth(cell, BOLD, 7.5) < width


def test_a_long_name_leaves_room_to_the_period_at_the_head() -> None:
    Installation.objects.create(name="A shop with a name " * 5)
    document = replace(period_document(FEBRUARY), title="Sale " * 30, subtitle="Feb. 1, 2026 to Feb. 28, 2026")
    page, *_others = PdfReader(BytesIO(pdf_document(document))).pages
    (head,) = [line for line in page.extract_text().splitlines() if line.startswith("A shop with a name")]
    assert head.endswith("…")
    assert stringWidth(f"{head} {document.subtitle}", FONT, 8) < 750


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("🔥 Black Friday 🛍️ для всіх", "Black Friday для всіх"),
        ("Їжак & <b>", "Їжак & <b>"),
        ("Two\nlines\x07", "Two lines"),
        ("中文", "中文"),
        ("🔥", "🔥"),
        ("", ""),
    ],
)
def test_paper_leaves_out_pictures_that_its_letters_do_not_have(name: str, printed: str) -> None:
    assert printable(name) == printed


def test_bars_are_told_apart_without_colours() -> None:
    for first, second in (("secondary", "green"), ("orange", "green")):
        greys = []
        for place, name in enumerate((first, second), start=1):
            area, *_lines = filled((0, 0, 100, 8), colour_of(name), place)
            colour = area.fillColor
            greys.append(0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue)
        assert greys[0] - greys[1] > 0.25
    drawn = {place: [type(shape) for shape in filled((0, 0, 100, 8), colour_of("red"), place)] for place in range(1, 7)}
    assert all(len(drawn[place]) > 1 for place in range(3, 7))
    for place in range(3, 7):
        for line in list(filled((10, 20, 100, 8), colour_of("red"), place))[1:]:
            assert 10 <= min(line.x1, line.x2) <= max(line.x1, line.x2) <= 110
            assert 20 <= min(line.y1, line.y2) <= max(line.y1, line.y2) <= 28


@pytest.mark.parametrize("most", [0, 1, 3, 7, 99, 1_000_000])
def test_the_marks_beside_lines_are_whole_and_each_stands_once(most: int) -> None:
    section = Section(
        key="time",
        title="",
        columns=[Column(label="Day"), Column(label="People", kind=Kind.NUMBER)],
        rows=[["Monday", 0], ["Tuesday", most]],
    )
    chart = Chart(form=ChartForm.LINES, label="", lines=(Line(column=1, colour="green"),))
    (drawing,) = charts_on_paper(replace(section, chart=chart), chart, 700)
    marks = [shape.text for shape in drawing.contents if isinstance(shape, String) and shape.textAnchor == "end"]
    figures = [int(mark.replace(",", "")) for mark in marks]
    assert figures == sorted(set(figures))
    assert len(figures) <= 6
    assert figures[-1] >= most


def test_a_campaign_that_cost_more_says_so() -> None:
    headlines = {headline.label: headline.value for headline in campaign_document(autumn_collection()).headlines}
    assert "Saved" not in headlines
    assert headlines["Spent more"] > 0


def test_a_csv_is_no_document() -> None:
    with pytest.raises(ValueError, match="several tables"):
        written(period_document(FEBRUARY), FileFormat.CSV)


@pytest.mark.parametrize(("file_format", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_files_are_offered_and_leave_as_what_they_are(marketer: Client, file_format: str, begins: bytes) -> None:
    campaign, *_others = campaigns_of_february()
    own = reverse("campaign_export", args=[campaign.pk])
    page = marketer.get(reverse("campaign_watch", args=[campaign.pk])).content.decode()
    assert f"{own}?report=campaign&amp;format={file_format}" in page
    for address, query in (
        (reverse("report_export"), {**DAYS, "format": file_format}),
        (own, {"report": "campaign", "format": file_format}),
    ):
        answer = marketer.get(address, query)
        assert answer.status_code == 200
        assert answer.getvalue().startswith(begins)
        assert answer["Content-Disposition"].rstrip('"').endswith(f".{file_format}")


@pytest.mark.parametrize("report", ["steps", "people"])
def test_only_a_whole_campaign_is_printed(marketer: Client, report: str) -> None:
    address = reverse("campaign_export", args=[make_campaign().pk])
    assert marketer.get(address, {"report": report, "format": "pdf"}).status_code == 404


def test_money_keeps_its_cents() -> None:
    campaigns_of_february()
    document = period_document(FEBRUARY)
    spent = sum(Decimal(str(row["Cost"])) for row in cells(document, "campaigns"))
    assert spent == next(headline.value for headline in document.headlines if headline.label == "Spent")
