"""Areas of a chart on paper, which a printer without colours shows as different too: pale, full, or with lines."""

from collections.abc import Callable, Iterator, Sequence

from reportlab.graphics.shapes import Line, Rect, Shape
from reportlab.lib.colors import Color, white

# From the left and from below, to the right and upwards, in points.
Box = tuple[float, float, float, float]
_APART = 4.0


def filled(box: Box, colour: Color, texture: int) -> Iterator[Shape]:
    """`box` in `colour`: full for 0, then one texture after the other, and from the first again."""
    if texture == 0:
        yield Rect(*box, fillColor=colour, strokeColor=None)
        return
    is_pale, lines = _TEXTURES[(texture - 1) % len(_TEXTURES)]
    yield Rect(*box, fillColor=_pale(colour) if is_pale else colour, strokeColor=colour, strokeWidth=0.5)
    for x1, y1, x2, y2 in lines(box):
        yield Line(x1, y1, x2, y2, strokeColor=colour if is_pale else white, strokeWidth=0.8)


def _pale(colour: Color) -> Color:
    return Color(*(1 - (1 - part) * 0.35 for part in (colour.red, colour.green, colour.blue)))


def _none(_box: Box) -> Iterator[Box]:
    return iter(())


def _rising(box: Box) -> Iterator[Box]:
    x, y, width, height = box
    for number in range(int((width + height) // _APART) + 1):
        begin = number * _APART - height
        first, last = max(begin, 0), min(begin + height, width)
        if last > first:
            yield x + first, y + first - begin, x + last, y + last - begin


def _falling(box: Box) -> Iterator[Box]:
    x, _y, width, _height = box
    return ((2 * x + width - x1, y1, 2 * x + width - x2, y2) for x1, y1, x2, y2 in _rising(box))


def _upright(box: Box) -> Iterator[Box]:
    x, y, width, height = box
    return ((x + at * _APART, y, x + at * _APART, y + height) for at in range(1, int(width // _APART) + 1))


def _flat(box: Box) -> Iterator[Box]:
    x, y, width, height = box
    yield x, y + height / 2, x + width, y + height / 2


# Whether the area is pale, and the lines upon it.
_TEXTURES: Sequence[tuple[bool, Callable[[Box], Iterator[Box]]]] = (
    (True, _none),
    (False, _none),
    (True, _rising),
    (False, _upright),
    (True, _falling),
    (False, _flat),
)
