"""What share of people do something, and how sure that is; arithmetic alone.

Bounds are those of Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22, 1927), for a share p of n people:
(p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n). It stays between 0 and 1, and is usable for few people too.

Campaigns differ by more than chance: texts, weeks and audiences do. How much they differed is estimated by moments, as
J. C. Kleinman does ("Proportions with extraneous variance: single and independent samples", Journal of the American
Statistical Association 68, 1973), each campaign weighing as many as its people:
τ² = (Σ nᵢ(pᵢ-p)² - (k-1)·p(1-p)) / (N - Σ nᵢ²/N). With it the history counts for as many people as would be as
uncertain: n = p(1-p) / (p(1-p)/N + τ²(1 + Σ nᵢ²/N²)).

What is not known of the rate and what is left to chance among new people are independent, so their distances from what
is expected are squared and added, as R. G. Newcombe does ("Interval estimation for the difference between independent
proportions: comparison of eleven methods", Statistics in Medicine 17, 1998).

A few campaigns tell little of how much campaigns differ, so what they were seen to differ by, Σ nᵢ(pᵢ-p)², is taken as
many times as Student's t for k-1 degrees of freedom is wider than z, squared: 3.1 times for three campaigns, 1.5 times
for six. t is reckoned by M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.5.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from campaigns.forecasting.ranges import Range

# Nine of ten times the truth lies between the bounds.
Z = 1.645
_FINEST = Decimal("0.000001")


class Tally(NamedTuple):
    """`did` of `people` did it: of a campaign, say."""

    people: int
    did: int


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A share between 0 and 1, with the bounds between which it usually is."""

    least: float
    expected: float
    highest: float

    def among(self, people: Decimal | float) -> Range:
        """The share of so many new people: the fewer, the more it is left to chance, so the wider the bounds."""
        number = float(people)
        if number <= 0:
            return _range(self.least, self.expected, self.highest)
        least, highest = wilson(self.expected, number)
        below = math.hypot(self.expected - self.least, self.expected - least)
        above = math.hypot(self.highest - self.expected, highest - self.expected)
        return _range(max(0.0, self.expected - below), self.expected, min(1.0, self.expected + above))


def wilson(share: float, people: float) -> tuple[float, float]:
    """The bounds of a `share` that was seen among `people` (more than none)."""
    square = Z * Z
    middle = share + square / (2 * people)
    half = Z * math.sqrt(max(share * (1 - share), 0.0) / people + square / (4 * people * people))
    scale = 1 + square / people
    return max(0.0, min(share, (middle - half) / scale)), min(1.0, max(share, (middle + half) / scale))


def rate_of(tallies: Sequence[Tally], *, usual_spread: float) -> Rate:
    """What `tallies`, one for each campaign and with at least one person together, foretell of another campaign.

    Of fewer than three nobody can tell how much they differ: then by `usual_spread`, a standard deviation as a share
    of the rate, or of what is left to 1 where that is less.
    """
    people = sum(tally.people for tally in tallies)
    share = min(max(sum(tally.did for tally in tallies) / people, 0.0), 1.0)
    squares = sum(tally.people**2 for tally in tallies)
    between = _told_between(tallies, share) if len(tallies) > 2 else (usual_spread * min(share, 1 - share)) ** 2
    chance = share * (1 - share)
    variance = chance / people + between * (1 + squares / people**2)
    least, highest = wilson(share, chance / variance if variance and chance else people)
    return Rate(least=least, expected=share, highest=highest)


def _told_between(tallies: Sequence[Tally], share: float) -> float:
    """How much another campaign may differ beyond chance, as a variance, by `tallies` of three campaigns or more."""
    people = sum(tally.people for tally in tallies)
    squares = sum(tally.people**2 for tally in tallies)
    seen = sum(tally.people * (tally.did / tally.people - share) ** 2 for tally in tallies if tally.people)
    may_be = seen * (student(len(tallies) - 1) / Z) ** 2
    by_chance = (len(tallies) - 1) * share * (1 - share)
    room = people - squares / people
    return max(0.0, (may_be - by_chance) / room) if room > 0 else 0.0


def student(freedom: int) -> float:
    """The bound of Student's t for as many degrees of `freedom`, two or more, that nine of ten do not pass."""
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3


def _range(least: float, expected: float, highest: float) -> Range:
    return Range(least=_decimal(least), expected=_decimal(expected), highest=_decimal(highest))


def _decimal(share: float) -> Decimal:
    return Decimal(share).quantize(_FINEST)
