"""Surroundings kept for a moment: where small batches follow each other closely, each would read the same anew."""

import time
from collections.abc import Callable, Iterable

from campaigns.engine.routes import Surroundings, load_surroundings

# In seconds: a change of prices or of an account's settings counts after so long.
FRESH = 1.0


class KeptSurroundings:
    """What the batches of one worker run on, none of it older than FRESH; `now` tells seconds that only grow."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: Surroundings | None = None
        self._campaigns: set[int] = set()
        self._routes: set[int] = set()
        self._since = float("-inf")

    def load(self, *, campaign_ids: Iterable[int], route_ids: Iterable[int]) -> Surroundings:
        """The same as `load_surroundings`, and whatever else was asked for lately; read only if some of it is new."""
        if self._now() - self._since > FRESH:
            self._forget()
        campaigns, routes = self._campaigns.union(campaign_ids), self._routes.union(route_ids)
        if self._kept is None or campaigns != self._campaigns or routes != self._routes:
            self._kept = load_surroundings(campaign_ids=campaigns, route_ids=routes)
            self._campaigns, self._routes = campaigns, routes
        return self._kept

    def _forget(self) -> None:
        self._since = self._now()
        self._kept = None
        self._campaigns, self._routes = set(), set()
