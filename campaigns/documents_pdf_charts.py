"""The charts of a document on paper, as vectors: bars, stacked bars, lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from campaigns import wording
from campaigns.chart_colours import hex_of
from campaigns.documents import Chart, ChartForm, Section

FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
SIZE = 7
INK, FAINT, RULE = HexColor("#1f2937"), HexColor("#5b6472"), HexColor("#d5dae1")
_NAME_WIDTH, _RIGHT, _LEGEND = 130.0, 40.0, 18.0
_BAR, _BETWEEN = 9.0, 5.0
_LINES_HEIGHT, _AXIS_WIDTH, _MOMENT_WIDTH = 150.0, 45.0, 90.0
# Bars that are higher go on in a chart of their own: a page has room for this and a heading.
_MOST_HEIGHT = 380.0


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a chart shows: a name for each row, and for each line its label, colour and values."""

    names: Sequence[str]
    lines: Sequence[tuple[str, Color, Sequence[int]]]

    def piece(self, begin: int, end: int) -> "Drawn":
        """Its rows from `begin` until before `end`."""
        lines = [(label, colour, values[begin:end]) for label, colour, values in self.lines]
        return Drawn(names=self.names[begin:end], lines=lines)

    def rows(self) -> Sequence[Sequence[int]]:
        """The values of each row."""
        return list(zip(*(values for _label, _colour, values in self.lines), strict=True))


def colour_of(name: str) -> Color:
    """The colour called `name`."""
    return HexColor(f"#{hex_of(name)}")


def fitting(text: str, width: float) -> str:
    """As much of `text` as has room in `width` points, with an ellipsis where it is cut."""
    if stringWidth(text, FONT, SIZE) <= width:
        return text
    while text and stringWidth(f"{text}…", FONT, SIZE) > width:
        text = text[:-1]
    return f"{text}…"


def charts_on_paper(section: Section, chart: Chart, width: float) -> Sequence[Drawing]:
    """The bars or lines of `section`, `width` points wide; bars that no page has room for in several drawings."""
    shown = Drawn(
        names=[str(row[0]) for row in section.drawn_rows],
        lines=[
            (
                section.columns[line.column].label,
                colour_of(line.colour),
                [_value(row[line.column]) for row in section.drawn_rows],
            )
            for line in chart.lines
        ],
    )
    return [_lines(shown, width)] if chart.form is ChartForm.LINES else list(_pieces(shown, chart.form, width))


def _value(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _pieces(shown: Drawn, form: ChartForm, width: float) -> Iterator[Drawing]:
    """The bars of all rows by the same measure, as many in a drawing as a page has room for."""
    is_stacked = form is ChartForm.STACKED
    most = max((sum(row) if is_stacked else max(row) for row in shown.rows()), default=0) or 1
    group = (1 if is_stacked else len(shown.lines)) * _BAR + _BETWEEN
    room = max(1, int((_MOST_HEIGHT - _LEGEND) // group))
    for begin in range(0, len(shown.names), room):
        piece = shown.piece(begin, begin + room)
        scale = (width - _NAME_WIDTH - _RIGHT) / most
        yield _bars(piece, Drawing(width, len(piece.names) * group + _LEGEND), scale=scale, is_stacked=is_stacked)


def _bars(shown: Drawn, drawing: Drawing, *, scale: float, is_stacked: bool) -> Drawing:
    """Draw each row of `shown`; a person is `scale` points long."""
    top = drawing.height - _LEGEND
    group = top / len(shown.names)
    _add_legend(drawing, shown)
    for place, (name, row) in enumerate(zip(shown.names, shown.rows(), strict=True)):
        begin = top - place * group
        drawing.add(_text(fitting(name, _NAME_WIDTH - 8), x=_NAME_WIDTH - 6, y=begin - group / 2, anchor="end"))
        for x, y, value, colour in _rects(shown, row, is_stacked=is_stacked):
            drawing.add(
                Rect(
                    _NAME_WIDTH + x * scale,
                    begin - y - _BAR,
                    value * scale,
                    _BAR - 1,
                    fillColor=colour,
                    strokeColor=None,
                )
            )
            if not is_stacked:
                drawing.add(_text(wording.number(value), x=_NAME_WIDTH + value * scale + 3, y=begin - y - _BAR + 2))
        if is_stacked:
            drawing.add(_text(wording.number(sum(row)), x=_NAME_WIDTH + sum(row) * scale + 3, y=begin - _BAR + 2))
    return drawing


def _rects(shown: Drawn, row: Sequence[int], *, is_stacked: bool) -> Iterator[tuple[float, float, int, Color]]:
    """Where each bar of a row begins, to the right and downwards, how long it is, and its colour."""
    before = [0, *accumulate(row)]
    for place, ((_label, colour, _values), value) in enumerate(zip(shown.lines, row, strict=True)):
        yield (before[place], 0, value, colour) if is_stacked else (0, place * _BAR, value, colour)


def _lines(shown: Drawn, width: float) -> Drawing:
    drawing = Drawing(width, _LINES_HEIGHT + _LEGEND)
    _add_legend(drawing, shown)
    bottom, left, top = 14.0, _AXIS_WIDTH, _LINES_HEIGHT - 4
    most = max((value for _label, _colour, values in shown.lines for value in values), default=0) or 1
    for part in range(5):
        y = bottom + (top - bottom) * part / 4
        drawing.add(Line(left, y, width - 6, y, strokeColor=RULE, strokeWidth=0.5))
        drawing.add(_text(wording.number(round(most * part / 4)), x=left - 4, y=y - 2, anchor="end"))
    count = len(shown.names)
    step = (width - 12 - left) / max(count - 1, 1)
    names = [fitting(name, _MOMENT_WIDTH) for name in shown.names]
    for place in _named(names, step, width - left):
        drawing.add(_text(names[place], x=left + place * step, y=2))
    for _label, colour, values in shown.lines:
        points = [
            along
            for place, value in enumerate(values)
            for along in (left + place * step, bottom + (top - bottom) * value / most)
        ]
        # A single point would be a line of no length.
        drawing.add(
            PolyLine(points if count > 1 else [*points, points[0] + 3, points[1]], strokeColor=colour, strokeWidth=1.5)
        )
    return drawing


def _named(names: Sequence[str], step: float, room: float) -> Iterator[int]:
    """Which of the points, each `step` after the one before, bear a name, so that none runs into the next."""
    widths = [stringWidth(name, FONT, SIZE) for name in names]
    every = max(len(names) // 8, ceil((max(widths, default=0) + _BETWEEN) / step), 1)
    for place in range(0, len(names), every):
        if place * step + widths[place] <= room:
            yield place


def _add_legend(drawing: Drawing, shown: Drawn) -> None:
    x = 0.0
    for label, colour, _values in shown.lines:
        drawing.add(Rect(x, drawing.height - 9, 7, 7, fillColor=colour, strokeColor=None))
        drawing.add(_text(label, x=x + 11, y=drawing.height - 8))
        x += 26 + stringWidth(label, FONT, SIZE)


def _text(text: str, *, x: float, y: float, anchor: str = "start") -> String:
    return String(x, y, text, fontName=FONT, fontSize=SIZE, fillColor=FAINT, textAnchor=anchor)
