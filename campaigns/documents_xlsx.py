"""A document as a workbook: an overview, then a sheet for each section, with its table and a chart of it."""

from typing import IO, Any

from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from campaigns.chart_colours import hex_of
from campaigns.documents import Chart, ChartForm, Document, Kind, Section
from campaigns.exporting import Cell, in_xlsx, saved, sheet_name

_BOLD = Font(bold=True)
_FORMATS = {
    Kind.NUMBER: "#,##0",
    Kind.MONEY: "#,##0.00####",
    Kind.SHARE: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
}
_WIDTHS = {Kind.INSTANT: 18}
_FIGURE_WIDTH, _LEAST_WIDTH, _MOST_WIDTH = 14, 12, 60
# So many rows tell how wide texts are.
_LOOKED_AT = 200
# In centimetres; a row is half of one.
_CHART_WIDTH, _CHART_HEIGHT, _BAR_HEIGHT = 22.0, 9.0, 0.8


def xlsx_document(document: Document) -> IO[bytes]:
    """`document` as a workbook, open for reading; the caller closes it. Figures are figures, and nothing is run."""
    workbook = Workbook(write_only=True)
    _write_overview(workbook, document)
    for section in document.sections:
        _write_section(workbook, section)
    return saved(workbook)


def _write_overview(workbook: Workbook, document: Document) -> None:
    sheet = workbook.create_sheet(sheet_name(gettext("Overview")))
    sheet.column_dimensions["A"].width = 32
    for column in "BC":
        sheet.column_dimensions[column].width = 22
    sheet.append([_cell(sheet, document.title, Kind.TEXT, is_bold=True)])
    sheet.append([_cell(sheet, document.subtitle, Kind.TEXT)])
    sheet.append([_cell(sheet, document.organisation, Kind.TEXT)])
    sheet.append([gettext("Made"), _cell(sheet, localtime(document.made_at), Kind.INSTANT)])
    sheet.append([gettext("Made by"), in_xlsx(document.made_by)])
    sheet.append([gettext("Time zone"), get_current_timezone_name()])
    sheet.append([gettext("Currency"), document.currency])
    sheet.append([])
    headings = ["", gettext("Figure"), gettext("Period before"), gettext("Note")]
    sheet.append([_cell(sheet, heading, Kind.TEXT, is_bold=True) for heading in headings])
    for headline in document.headlines:
        figures = [_cell(sheet, value, headline.kind) for value in (headline.value, headline.before)]
        sheet.append([in_xlsx(headline.label), *figures, in_xlsx(headline.note)])
    sheet.append([])
    for note in filter(None, (document.compared, document.note)):
        sheet.append([in_xlsx(note)])
    for section in document.sections:
        if section.note:
            sheet.append([in_xlsx(section.title), in_xlsx(section.note)])


def _write_section(workbook: Workbook, section: Section) -> None:
    sheet = workbook.create_sheet(sheet_name(section.title, workbook.sheetnames))
    # Headings and names stay in sight, and stand on each page that is printed.
    sheet.freeze_panes = "B2"
    _prepare_print(sheet)
    for place in range(len(section.columns)):
        sheet.column_dimensions[get_column_letter(place + 1)].width = _width(section, place)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(section.columns))}{len(section.rows) + 1}"
    sheet.append([_heading(sheet, column.label) for column in section.columns])
    kinds = [column.kind for column in section.columns]
    for row in section.rows:
        sheet.append([_cell(sheet, cell, kind) for cell, kind in zip(row, kinds, strict=True)])
    if section.rows and section.chart and section.chart.form is not ChartForm.FLOW:
        sheet.add_chart(_chart(sheet, section, section.chart), f"{get_column_letter(len(kinds) + 2)}2")


def _prepare_print(sheet: Any) -> None:
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _width(section: Section, place: int) -> float:
    """In letters: what the kind of cell needs, a long word of the heading, and for texts those of the first rows."""
    column = section.columns[place]
    words = max(map(len, column.label.split()), default=0) + 3
    if column.kind is not Kind.TEXT:
        return max(_WIDTHS.get(column.kind, _FIGURE_WIDTH), words)
    texts = max((len(str(row[place])) for row in section.rows[:_LOOKED_AT]), default=0) + 2
    return min(max(_LEAST_WIDTH, words, texts), _MOST_WIDTH)


def _heading(sheet: Any, label: str) -> Any:
    """In as many lines as it needs."""
    cell = _cell(sheet, label, Kind.TEXT, is_bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: Any, value: Cell, kind: Kind, *, is_bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, in_xlsx(value))
    if kind in _FORMATS and not isinstance(value, str):
        cell.number_format = _FORMATS[kind]
    if is_bold:
        cell.font = _BOLD
    return cell


def _chart(sheet: Any, section: Section, chart: Chart) -> Any:
    """The chart of `section`, drawn by whoever opens the workbook from the cells of its sheet."""
    last = len(section.drawn_rows) + 1
    drawn = LineChart() if chart.form is ChartForm.LINES else _bars(chart, rows=last - 1)
    drawn.title, drawn.width = chart.label, _CHART_WIDTH
    for line in chart.lines:
        drawn.add_data(Reference(sheet, min_col=line.column + 1, min_row=1, max_row=last), titles_from_data=True)
    drawn.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    for series, line in zip(drawn.series, chart.lines, strict=True):
        series.graphicalProperties.solidFill = series.graphicalProperties.line.solidFill = hex_of(line.colour)
        series.graphicalProperties.line.dashStyle = "dash" if line.is_dashed else None
        series.smooth = False
    # Excel leaves out axes of which it is not told that they are there.
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.legend.position = "t"
    return drawn


def _bars(chart: Chart, *, rows: int) -> BarChart:
    bars = BarChart()
    bars.type = "bar"
    # From the top down, as in the table.
    bars.x_axis.scaling.orientation = "maxMin"
    bars.height = max(_CHART_HEIGHT, rows * _BAR_HEIGHT * (1 if chart.form is ChartForm.STACKED else len(chart.lines)))
    if chart.form is ChartForm.STACKED:
        bars.grouping, bars.overlap = "stacked", 100
    return bars
