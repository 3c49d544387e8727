"""The flow of people on paper: places from left to right, as high as the people who pass them, and streams between."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from reportlab.graphics.shapes import Drawing, Path, Rect, String

from campaigns import wording
from campaigns.documents import Chart, Section
from campaigns.documents_pdf_charts import SIZE, colour_of
from campaigns.documents_pdf_text import FAINT, FONT, fitting, printable

_HEIGHT, _NODE, _GAP, _LABEL = 250.0, 7.0, 10.0, 120.0

Stream = tuple[str, str, int]


def flow_on_paper(section: Section, chart: Chart, width: float) -> Drawing:
    """The streams of `section`, whose rows are (from, to, how many), `width` points wide."""
    streams: list[Stream] = [(str(row[0]), str(row[1]), int(str(row[2]))) for row in section.rows]
    depths = _depths(streams)
    people = _passing(streams)
    drawing = Drawing(width, _HEIGHT)
    step = (width - _LABEL - _NODE) / max(1, *depths.values())
    places = {name: (depth * step, top) for name, (depth, top) in _tops(depths, people).items()}
    scale = _scale(depths, people)
    begun: dict[str, float] = defaultdict(float)
    ended: dict[str, float] = defaultdict(float)
    for source, target, count in streams:
        thickness = count * scale
        begin = (places[source][0] + _NODE, places[source][1] - begun[source])
        end = (places[target][0], places[target][1] - ended[target])
        drawing.add(_ribbon(begin, end, thickness, chart.colours.get(target, "secondary")))
        begun[source] += thickness
        ended[target] += thickness
    for name, (x, top) in places.items():
        height = max(people[name] * scale, 0.5)
        colour = colour_of(chart.colours.get(name, "secondary"))
        drawing.add(Rect(x, top - height, _NODE, height, fillColor=colour, strokeColor=None))
        label = f"{fitting(printable(name), _LABEL - 45, SIZE)} {wording.number(people[name])}"
        drawing.add(
            String(x + _NODE + 3, top - min(height, SIZE), label, fontName=FONT, fontSize=SIZE, fillColor=FAINT)
        )
    return drawing


def _depths(streams: Sequence[Stream]) -> Mapping[str, int]:
    """How many streams lead to each place, by the longest way; nobody goes in circles. Where people stay is last."""
    depths: dict[str, int] = {name: 0 for source, target, _count in streams for name in (source, target)}
    for _round in depths:
        for source, target, _count in streams:
            depths[target] = max(depths[target], depths[source] + 1)
    last, sources = max(depths.values(), default=0), {source for source, _target, _count in streams}
    return {name: depth if name in sources else last for name, depth in depths.items()}


def _passing(streams: Sequence[Stream]) -> Mapping[str, int]:
    entering: dict[str, int] = defaultdict(int)
    leaving: dict[str, int] = defaultdict(int)
    for source, target, count in streams:
        leaving[source] += count
        entering[target] += count
    return {name: max(entering[name], leaving[name]) for name in {**entering, **leaving}}


def _scale(depths: Mapping[str, int], people: Mapping[str, int]) -> float:
    """Points for a person: as many as the fullest column has room for."""
    columns: dict[int, list[str]] = defaultdict(list)
    for name, depth in depths.items():
        columns[depth].append(name)
    return min(
        (_HEIGHT - 12 - (len(names) - 1) * _GAP) / (sum(people[name] for name in names) or 1)
        for names in columns.values()
    )


def _tops(depths: Mapping[str, int], people: Mapping[str, int]) -> Mapping[str, tuple[int, float]]:
    """The column of each place and where its upper edge is, from the top down in the order of the streams."""
    scale = _scale(depths, people)
    free: dict[int, float] = defaultdict(lambda: _HEIGHT - 6)
    tops = {}
    for name, depth in depths.items():
        tops[name] = (depth, free[depth])
        free[depth] -= people[name] * scale + _GAP
    return tops


def _ribbon(begin: tuple[float, float], end: tuple[float, float], thickness: float, colour: str) -> Path:
    path = Path(fillColor=colour_of(colour), strokeColor=None, fillOpacity=0.3)
    middle = (begin[0] + end[0]) / 2
    path.moveTo(*begin)
    path.curveTo(middle, begin[1], middle, end[1], *end)
    path.lineTo(end[0], end[1] - thickness)
    path.curveTo(middle, end[1] - thickness, middle, begin[1] - thickness, begin[0], begin[1] - thickness)
    path.closePath()
    return path
