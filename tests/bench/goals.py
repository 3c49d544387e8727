"""What a measurement came to beside what it should: rows of their own under its table."""

from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any

REACHED, MISSED, FAILED = "yes", "no", "failed"


def at_least(goal: str, found: float, wanted: float, *, floor: float | None = None, unit: str = "") -> dict[str, Any]:
    """The row of a goal that is reached from `wanted` upwards, and failed below `floor`, where it has one."""
    told, short = f"at least {_written(wanted, unit)}", MISSED
    if floor is not None:
        told += f", failed below {_written(floor, unit)}"
        short = MISSED if found >= floor else FAILED
    return _row(goal, found, told, unit=unit, reached=REACHED if found >= wanted else short)


def at_most(goal: str, found: float, wanted: float, *, unit: str = "") -> dict[str, Any]:
    """The row of a goal that is reached up to `wanted`."""
    told = f"at most {_written(wanted, unit)}"
    return _row(goal, found, told, unit=unit, reached=REACHED if found <= wanted else MISSED)


def is_failed(row: Mapping[str, Any]) -> bool:
    """Whether `row` is that of a goal, and below its floor."""
    return row.get("reached") == FAILED


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of `values` do not exceed; 0 of none."""
    if len(values) < 2:
        return sum(values)
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _row(goal: str, found: float, wanted: str, *, unit: str, reached: str) -> dict[str, Any]:
    return {"goal": goal, "found": _written(found, unit), "wanted": wanted, "reached": reached}


def _written(number: float, unit: str) -> str:
    return f"{number:,.{_decimals(number)}f} {unit}".rstrip()


def _decimals(number: float) -> int:
    """How many say enough: whether a rate was kept to the hundredth is seen at 104.9 %."""
    if number >= 1000 or number == int(number):
        return 0
    return 1 if number >= 100 else 2
