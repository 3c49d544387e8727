"""Several runs of one thing: a row for each, and at the end those of their median and range."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

Rows = Sequence[Mapping[str, Any]]
# The column that numbers the runs of one thing; "median" and "range" are no numbers.
RUN = "run"


def summed_up(runs: Rows) -> Iterator[dict[str, Any]]:
    """The rows of median and range, column by column, of `runs`: for each thing that was run, by its name in words."""
    for names, alike in _by_name(runs).items():
        numbers = [heading for heading in alike[0] if heading != RUN and heading not in dict(names)]
        columns = {heading: [row[heading] for row in alike] for heading in numbers}
        for told, in_short in (("median", median), ("range", _range)):
            yield {RUN: told, **dict(names), **{heading: in_short(values) for heading, values in columns.items()}}


def in_runs(rows: Rows, heading: str) -> list[float]:
    """What each run came to under `heading`; goals, median and range are left out."""
    return [row[heading] for row in rows if isinstance(row.get(RUN), int)]


def spread(values: Sequence[float]) -> str:
    """The median of several runs and their range: "1,167 (1,104 to 1,424)"."""
    return f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _range(values: Sequence[float]) -> float | str:
    lowest, highest = min(values), max(values)
    return lowest if lowest == highest else f"{lowest} to {highest}"


def _by_name(runs: Rows) -> dict[tuple[tuple[str, str], ...], list[Mapping[str, Any]]]:
    """The runs that agree in every word."""
    found: dict[tuple[tuple[str, str], ...], list[Mapping[str, Any]]] = {}
    for row in runs:
        names = tuple((heading, value) for heading, value in row.items() if isinstance(value, str))
        found.setdefault(names, []).append(row)
    return found
