"""The charts of a document on paper, as vectors: bars, stacked bars, lines; told apart without colours too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from reportlab.graphics.shapes import Drawing, Line, PolyLine, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from campaigns import wording
from campaigns.chart_colours import hex_of
from campaigns.documents import Chart, ChartForm, Section
from campaigns.documents_pdf_text import FAINT, FONT, RULE, fitting, printable
from campaigns.documents_pdf_texture import filled

SIZE = 7
_NAME_WIDTH, _LEGEND = 190.0, 18.0
_BAR, _BETWEEN = 9.0, 5.0
_LINES_HEIGHT, _BOTTOM = 150.0, 14.0
_DASHES: tuple[list[float] | None, list[float]] = (None, [4, 2])
# Bars that are higher go on in a chart of their own: a page has room for this and a heading.
_MOST_HEIGHT = 380.0


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line, or the bars of one colour: what it is called, how it is drawn, and its values."""

    label: str
    colour: Color
    is_dashed: bool
    values: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a chart shows: a name for each row, and its series."""

    names: Sequence[str]
    lines: Sequence[Series]

    def rows(self) -> Sequence[Sequence[int]]:
        """The values of each row."""
        return list(zip(*(line.values for line in self.lines), strict=True))


@dataclass(frozen=True, kw_only=True)
class _Bars:
    """How bars are laid out: where they begin, how long a person is, how much height a row takes."""

    left: float
    scale: float
    group: float
    is_stacked: bool


def colour_of(name: str) -> Color:
    """The colour called `name`."""
    return HexColor(f"#{hex_of(name)}")


def charts_on_paper(section: Section, chart: Chart, width: float) -> Sequence[Drawing]:
    """The bars or lines of `section`, `width` points wide; bars that no page has room for in several drawings."""
    rows = section.drawn_rows
    shown = Drawn(
        names=[printable(str(row[0])) for row in rows],
        lines=[
            Series(
                label=section.columns[line.column].label,
                colour=colour_of(line.colour),
                is_dashed=line.is_dashed,
                values=[_value(row[line.column]) for row in rows],
            )
            for line in chart.lines
        ],
    )
    if chart.form is ChartForm.LINES:
        return [_lines(shown, width)]
    return list(_pieces(shown, width, is_stacked=chart.form is ChartForm.STACKED))


def _value(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _pieces(shown: Drawn, width: float, *, is_stacked: bool) -> Iterator[Drawing]:
    """The bars of all rows by the same measure, as many in a drawing as a page has room for."""
    rows = shown.rows()
    most = max((sum(row) if is_stacked else max(row) for row in rows), default=0) or 1
    left = min(_NAME_WIDTH, max(_width(name) for name in shown.names)) + 8
    group = (1 if is_stacked else len(shown.lines)) * _BAR + _BETWEEN
    layout = _Bars(
        left=left,
        scale=(width - left - _width(wording.number(most)) - 4) / most,
        group=group,
        is_stacked=is_stacked,
    )
    room = max(1, int((_MOST_HEIGHT - _LEGEND) // group))
    for begin in range(0, len(rows), room):
        piece = range(begin, min(begin + room, len(rows)))
        drawing = Drawing(width, len(piece) * group + _LEGEND)
        _add_legend(drawing, shown, is_line=False)
        for place, number in enumerate(piece):
            _add_row(drawing, shown, layout, top=len(piece) * group - place * group, number=number)
        yield drawing


def _add_row(drawing: Drawing, shown: Drawn, layout: _Bars, *, top: float, number: int) -> None:
    """Draw the row `number`, downwards from `top`."""
    row = shown.rows()[number]
    name = fitting(shown.names[number], layout.left - 8, SIZE)
    drawing.add(_text(name, x=layout.left - 6, y=top - layout.group / 2, anchor="end"))
    before = [0, *accumulate(row)]
    for place, (line, value) in enumerate(zip(shown.lines, row, strict=True)):
        x = layout.left + (before[place] * layout.scale if layout.is_stacked else 0)
        y = top - (0 if layout.is_stacked else place * _BAR) - _BAR
        for shape in filled((x, y, value * layout.scale, _BAR - 1), line.colour, _texture(shown, place)):
            drawing.add(shape)
        if not layout.is_stacked:
            drawing.add(_text(wording.number(value), x=x + value * layout.scale + 3, y=y + 2))
    if layout.is_stacked:
        end = layout.left + sum(row) * layout.scale
        drawing.add(_text(wording.number(sum(row)), x=end + 3, y=top - _BAR + 2))


def _texture(shown: Drawn, place: int) -> int:
    """Bars of one kind are plain."""
    return place + 1 if len(shown.lines) > 1 else 0


def _lines(shown: Drawn, width: float) -> Drawing:
    drawing = Drawing(width, _LINES_HEIGHT + _LEGEND)
    _add_legend(drawing, shown, is_line=True)
    marks = _marks(max((max(line.values, default=0) for line in shown.lines), default=0))
    left = max(_width(wording.number(mark)) for mark in marks) + 6
    height = (_LINES_HEIGHT - 4 - _BOTTOM) / marks[-1]
    for mark in marks:
        y = _BOTTOM + mark * height
        drawing.add(Line(left, y, width, y, strokeColor=RULE, strokeWidth=0.5))
        drawing.add(_text(wording.number(mark), x=left - 4, y=y - 2, anchor="end"))
    step = (width - left - 6) / max(len(shown.names) - 1, 1)
    _add_moments(drawing, shown.names, left=left, step=step)
    for line in shown.lines:
        points = [
            along
            for place, value in enumerate(line.values)
            for along in (left + place * step, _BOTTOM + value * height)
        ]
        # A single point would be a line of no length.
        drawn = points if len(line.values) > 1 else [*points, points[0] + 3, points[1]]
        drawing.add(PolyLine(drawn, strokeDashArray=_DASHES[line.is_dashed], **_stroke(line)))
    return drawing


def _marks(most: int) -> list[int]:
    """From 0 to `most` or a little more, in at most five equal steps that are easily read."""
    least = max(1, ceil(most / 5))
    power = 10 ** (len(str(least)) - 1)
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least)
    return list(range(0, max(1, ceil(most / step)) * step + 1, step))


def _add_moments(drawing: Drawing, names: Sequence[str], *, left: float, step: float) -> None:
    """Name as many of the points as have room beside each other."""
    widest = max(map(_width, names), default=0.0)
    apart = max(1, ceil((widest + 10) / step)) if step else 1
    for place in range(0, len(names), apart):
        half = _width(names[place]) / 2
        x = min(max(left + place * step, half), drawing.width - half)
        drawing.add(_text(names[place], x=x, y=2, anchor="middle"))


def _add_legend(drawing: Drawing, shown: Drawn, *, is_line: bool) -> None:
    x, y = 0.0, drawing.height - 9
    for place, line in enumerate(shown.lines):
        if is_line:
            dash = _DASHES[line.is_dashed]
            drawing.add(Line(x, y + 3, x + 14, y + 3, strokeDashArray=dash, **_stroke(line)))
        else:
            for shape in filled((x, y, 14, 7), line.colour, _texture(shown, place)):
                drawing.add(shape)
        drawing.add(_text(line.label, x=x + 18, y=y + 1))
        x += 34 + _width(line.label)


def _stroke(line: Series) -> dict[str, Color | float]:
    return {"strokeColor": line.colour, "strokeWidth": 1.2 if line.is_dashed else 1.8}


def _width(text: str) -> float:
    return float(stringWidth(text, FONT, SIZE))


def _text(text: str, *, x: float, y: float, anchor: str = "start") -> String:
    return String(x, y, text, fontName=FONT, fontSize=SIZE, fillColor=FAINT, textAnchor=anchor)
