"""Which sign separates the cells of a text."""

import csv
from collections.abc import Sequence

DELIMITERS = (",", ";", "\t", "|")
_ROWS = 200


def detect_delimiter(lines: Sequence[str]) -> str:
    """The delimiter by which most of `lines` have as many cells as the first one that has several.

    A list of one column has none; a comma does for it.
    """
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """The share of rows as wide as the first that is wider than one cell, and that width."""
    widths = [len(row) for row in csv.reader(lines[:_ROWS], delimiter=delimiter) if row]
    width = next((width for width in widths if width > 1), 1)
    if width == 1:
        return 0, 1
    return sum(found == width for found in widths) / len(widths), width
