"""A figure that is not certain: what is expected, and the least and the highest that should not surprise anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

_ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Range:
    """`expected`, and its bounds: least ≤ expected ≤ highest."""

    least: Decimal
    expected: Decimal
    highest: Decimal

    def __add__(self, other: "Range") -> "Range":
        """Both together."""
        return Range(
            least=self.least + other.least,
            expected=self.expected + other.expected,
            highest=self.highest + other.highest,
        )

    def times(self, factor: Decimal | int) -> "Range":
        """So many times this, where `factor` is not negative."""
        return Range(least=self.least * factor, expected=self.expected * factor, highest=self.highest * factor)

    def in_people(self) -> "Range":
        """In whole people: the bounds are rounded outwards, so that they promise no more than they did."""
        return Range(
            least=self.least.quantize(_ONE, rounding=ROUND_FLOOR),
            expected=self.expected.quantize(_ONE, rounding=ROUND_HALF_UP),
            highest=self.highest.quantize(_ONE, rounding=ROUND_CEILING),
        )


def exactly(value: Decimal | int) -> Range:
    """What is certain."""
    certain = Decimal(value)
    return Range(least=certain, expected=certain, highest=certain)


NOTHING = exactly(0)


def total(ranges: Iterable[Range]) -> Range:
    """All of `ranges` together, the bounds added up as well."""
    return sum(ranges, NOTHING)
