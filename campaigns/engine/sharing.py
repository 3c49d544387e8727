"""Divides what one sender, or one batch, can take between campaigns, so that none waits for another's end."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Row = TypeVar("Row")
# Gives up to so many rows (the second number) of a campaign (the first), without those already taken.
Take = Callable[[int, int, Sequence[Row]], list[Row]]


def share(weights: Mapping[int, int], limit: int, take: Take[Row]) -> list[Row]:
    """Up to `limit` rows of the campaigns in `weights`, each as much as it weighs; what one does not need others get.

    Their order is drawn each time: where there is less than one row for each, as with a slow sender's, nobody is
    always the last. The one with the least is asked first in the second round, because the first told who has enough.
    """
    chosen: list[Row] = []
    hungry = _drawn(weights)
    while hungry and len(chosen) < limit:
        left, weight = limit - len(chosen), sum(weights[campaign_id] for campaign_id in hungry)
        still_hungry = []
        for campaign_id in hungry:
            quota = min(max(left * weights[campaign_id] // weight, 1), limit - len(chosen))
            found = take(campaign_id, quota, chosen) if quota else []
            chosen += found
            if len(found) == quota:
                still_hungry.append(campaign_id)
        hungry = still_hungry
    return chosen


def _drawn(weights: Mapping[int, int]) -> list[int]:
    """The campaigns in an order drawn by lot, in which each is the first as often as it weighs.

    Of exponential waiting times each ends first in proportion to its rate.
    """
    return sorted(weights, key=lambda campaign_id: random.expovariate(weights[campaign_id]))
