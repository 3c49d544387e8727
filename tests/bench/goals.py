"""What a measurement came to beside what it should: rows of their own under its table."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any


def at_least(goal: str, found: float, wanted: float, *, unit: str = "") -> dict[str, Any]:
    """The row of a goal that is reached from `wanted` upwards."""
    return _row(goal, found, f"at least {_written(wanted, unit)}", unit=unit, is_reached=found >= wanted)


def at_most(goal: str, found: float, wanted: float, *, unit: str = "") -> dict[str, Any]:
    """The row of a goal that is reached up to `wanted`."""
    return _row(goal, found, f"at most {_written(wanted, unit)}", unit=unit, is_reached=found <= wanted)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of `values` do not exceed; 0 of none."""
    if len(values) < 2:
        return sum(values)
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def spread(values: Sequence[float]) -> str:
    """The median of several runs and their range: "1,167 (1,104 to 1,424)"."""
    return f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _row(goal: str, found: float, wanted: str, *, unit: str, is_reached: bool) -> dict[str, Any]:
    return {"goal": goal, "found": _written(found, unit), "wanted": wanted, "reached": "yes" if is_reached else "no"}


def _written(number: float, unit: str) -> str:
    figure = f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:,.2f}"
    return f"{figure} {unit}".rstrip()
