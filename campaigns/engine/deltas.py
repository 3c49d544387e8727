"""Changes of counters, gathered through a transaction and appended at its end (DESIGN §4)."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from campaigns.engine.counters import Counter
from campaigns.models.messages import MessageStatus
from channels.rows import array, run, texts

APPEND = """
INSERT INTO campaigns_stepdelta (campaign_id, version_id, step_key, route_id, variant, sender_id, language, hour,
    counter, value)
SELECT campaign_id, version_id, step_key, route_id, variant, sender_id, language, %s, counter, value
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[],
    %s::numeric[])
AS g (campaign_id, version_id, step_key, route_id, variant, sender_id, language, counter, value)
"""

_NOW = {
    MessageStatus.CLAIMED: Counter.NOW_CLAIMED,
    MessageStatus.SENDING: Counter.NOW_SENDING,
    MessageStatus.ACCEPTED: Counter.NOW_ACCEPTED,
    MessageStatus.UNKNOWN: Counter.NOW_UNKNOWN,
}


class Place(NamedTuple):
    """Where something is counted; `step_key` '' and `sender_id` 0 for the campaign as a whole."""

    campaign_id: int
    version_id: int
    step_key: str
    route_id: int
    variant: str
    sender_id: int
    language: str


def waiting_counter(status: str, hold_reason: str) -> Counter | None:
    """The counter in which a message of a current step stands while it waits."""
    if status == MessageStatus.QUEUED:
        return Counter.NOW_HELD if hold_reason else Counter.NOW_QUEUED
    return _NOW.get(MessageStatus(status))


class Deltas:
    """The changes of one transaction, summed by place and counter."""

    def __init__(self, now: datetime) -> None:
        self._hour = now.replace(minute=0, second=0, microsecond=0)
        self._sums: dict[tuple[Place, str], Decimal] = defaultdict(Decimal)

    def add(self, place: Place, counter: str, value: int | Decimal = 1) -> None:
        """Count `value` more of `counter` at `place`."""
        self._sums[place, counter] += value

    def move(self, place: Place, old: str | None, new: str | None) -> None:
        """One goes from counter `old` to `new`; None is outside."""
        if old == new:
            return
        if old:
            self.add(place, old, -1)
        if new:
            self.add(place, new, 1)

    def write(self) -> None:
        """Append what was gathered. Call once, in the transaction whose changes are counted."""
        changed = [(place, counter, value) for (place, counter), value in self._sums.items() if value]
        self._sums.clear()
        if not changed:
            return
        places, counters, values = zip(*changed, strict=True)
        run(
            APPEND,
            [
                self._hour,
                array(place.campaign_id for place in places),
                array(place.version_id for place in places),
                texts(place.step_key for place in places),
                array(place.route_id for place in places),
                texts(place.variant for place in places),
                array(place.sender_id for place in places),
                texts(place.language for place in places),
                texts(counters),
                array(values),
            ],
        )
