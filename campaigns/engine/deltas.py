"""Changes of counters, gathered through a transaction and appended at its end (DESIGN §4)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from campaigns.engine.bulk import insert_rows
from campaigns.engine.counters import Counter
from campaigns.models.messages import MessageStatus
from campaigns.models.stats import StepDelta

_NOW = {
    MessageStatus.CLAIMED: Counter.NOW_CLAIMED,
    MessageStatus.SENDING: Counter.NOW_SENDING,
    MessageStatus.ACCEPTED: Counter.NOW_ACCEPTED,
    MessageStatus.UNKNOWN: Counter.NOW_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is counted; `step_key` '' and `sender_id` 0 for the campaign as a whole."""

    campaign_id: int
    version_id: int
    step_key: str
    route_id: int
    variant: str
    sender_id: int
    language: str

    def of_campaign(self) -> "Place":
        """The same, for the campaign as a whole."""
        return Place(
            self.campaign_id,
            self.version_id,
            "",
            self.route_id,
            self.variant,
            0,
            self.language,
        )


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
        insert_rows(
            StepDelta,
            [
                StepDelta(
                    campaign_id=place.campaign_id,
                    version_id=place.version_id,
                    step_key=place.step_key,
                    route_id=place.route_id,
                    variant=place.variant,
                    sender_id=place.sender_id,
                    language=place.language,
                    hour=self._hour,
                    counter=counter,
                    value=value,
                )
                for (place, counter), value in self._sums.items()
                if value
            ],
        )
        self._sums.clear()
