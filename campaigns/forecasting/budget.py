"""How far a budget goes against what a campaign is foretold to cost."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from campaigns.forecasting.ranges import Range


class Verdict(StrEnum):
    """How a budget compares to the cost."""

    # There is none.
    UNLIMITED = "unlimited"
    # It does for everybody even if nobody acts.
    CERTAIN = "certain"
    # It does for the highest cost that is expected.
    ENOUGH = "enough"
    # It does for the expected cost, but not for the highest.
    CLOSE = "close"
    SHORT = "short"


@dataclass(frozen=True, kw_only=True)
class BudgetReach:
    """A budget against a forecast: it is expected to do for `enough_for` of `people`."""

    verdict: Verdict
    enough_for: int
    people: int


def reach_of(budget: Decimal | None, *, cost: Range, most: Decimal, people: int) -> BudgetReach:
    """How far `budget` goes where `cost` is expected for `people`, and `most` if nobody acts at all."""
    if budget is None:
        return BudgetReach(verdict=Verdict.UNLIMITED, enough_for=people, people=people)
    if budget < cost.expected:
        share = budget / cost.expected * people
        enough_for = int(share.to_integral_value(rounding=ROUND_FLOOR))
        return BudgetReach(verdict=Verdict.SHORT, enough_for=enough_for, people=people)
    verdict = Verdict.CLOSE
    if budget >= most:
        verdict = Verdict.CERTAIN
    elif budget >= cost.highest:
        verdict = Verdict.ENOUGH
    return BudgetReach(verdict=verdict, enough_for=people, people=people)
