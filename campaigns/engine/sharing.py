"""Divides what one sender, or one batch, can take between campaigns, so that none waits for another's end."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")
# Gives up to so many rows (the second number) of a campaign (the first), without those already taken.
Take = Callable[[int, int, Sequence[Row]], list[Row]]


def share(campaign_ids: Sequence[int], limit: int, take: Take[Row]) -> list[Row]:
    """Up to `limit` rows, evenly from each campaign; what one does not need goes to the others.

    Their order is drawn each time: where there is less than one row for each, as with a slow sender's, nobody is
    always the last. The one with the least is asked first in the second round, because the first told who has enough.
    """
    chosen: list[Row] = []
    hungry = random.sample(campaign_ids, len(campaign_ids))
    while hungry and len(chosen) < limit:
        quota = max((limit - len(chosen)) // len(hungry), 1)
        still_hungry = []
        for campaign_id in hungry[: limit - len(chosen)]:
            found = take(campaign_id, quota, chosen)
            chosen += found
            if len(found) == quota:
                still_hungry.append(campaign_id)
        hungry = still_hungry
    return chosen
