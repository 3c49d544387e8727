"""A document as a workbook: an overview, then a sheet for each section, with its table and a chart of it."""

from collections.abc import Iterator
from typing import IO, Any

from django.utils.timezone import localtime
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

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
_WIDTHS = {Kind.TEXT: 28, Kind.INSTANT: 18}
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
    sheet.append([gettext("Currency"), document.currency])
    sheet.append([])
    headings = ["", gettext("Figure"), gettext("Period before"), gettext("Note")]
    sheet.append([_cell(sheet, heading, Kind.TEXT, is_bold=True) for heading in headings])
    for headline in document.headlines:
        figures = [_cell(sheet, value, headline.kind) for value in (headline.value, headline.before)]
        sheet.append([in_xlsx(headline.label), *figures, in_xlsx(headline.note)])
    sheet.append([])
    if document.note:
        sheet.append([in_xlsx(document.note)])
    for section in document.sections:
        if section.note:
            sheet.append([in_xlsx(section.title), in_xlsx(section.note)])


def _write_section(workbook: Workbook, section: Section) -> None:
    sheet = workbook.create_sheet(sheet_name(section.title, workbook.sheetnames))
    sheet.freeze_panes = "A2"
    for place, column in enumerate(section.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(column.kind, 14)
    sheet.append([_cell(sheet, column.label, Kind.TEXT, is_bold=True) for column in section.columns])
    kinds = [column.kind for column in section.columns]
    for row in section.rows:
        sheet.append([_cell(sheet, cell, kind) for cell, kind in zip(row, kinds, strict=True)])
    if section.rows and section.chart and section.chart.form is not ChartForm.FLOW:
        sheet.add_chart(_chart(sheet, section, section.chart), f"{get_column_letter(len(kinds) + 2)}2")


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
    for series, colour in zip(drawn.series, _colours(chart), strict=True):
        series.graphicalProperties.solidFill = colour
        series.graphicalProperties.line.solidFill = colour
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


def _colours(chart: Chart) -> Iterator[str]:
    return (hex_of(line.colour) for line in chart.lines)
