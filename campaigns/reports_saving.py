"""What a cascade has saved against sending everybody the message on its dearest channel alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from campaigns import prices
from campaigns.prices import PriceList
from campaigns.reports import CampaignReport, StepReport
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class Saving:
    """Everybody (`people`) on `channel` would have cost `each` a message; the cascade has cost `spent` so far."""

    channel: str
    each: Decimal
    people: int
    spent: Decimal

    @property
    def channel_name(self) -> str:
        """What the dearest channel is called."""
        return str(Channel(self.channel).label)

    @property
    def otherwise(self) -> Decimal:
        """What everybody on the dearest channel would have cost."""
        return self.each * self.people

    @property
    def saved(self) -> Decimal:
        """The difference; below nought where the cascade has cost more."""
        return self.otherwise - self.spent

    @property
    def more(self) -> Decimal:
        """By how much the cascade has cost more; below nought where it has cost less."""
        return -self.saved


def saving_of(report: CampaignReport) -> Saving | None:
    """What `report`'s campaign has saved; None as long as nothing has left, or where nothing costs anything.

    A message of a step costs what those that left have cost on average, parts of SMS and countries included; where none
    has left, what the admins have told of its sender.
    """
    steps = list(report.steps)
    if not any(_left(step) for step in steps):
        return None
    told = prices.load_prices(step.sender for step in steps)
    dearest = max(_prices(steps, told), default=None, key=lambda found: found[1])
    if dearest is None or not dearest[1]:
        return None
    channel, each = dearest
    return Saving(channel=channel, each=each, people=report.audience.people, spent=report.cost)


def _prices(steps: list[StepReport], told: PriceList) -> Iterator[tuple[str, Decimal]]:
    for step in steps:
        if left := _left(step):
            yield step.channel, step.figures.cost / left
        elif (price := told.of(step.sender)) is not None:
            yield step.channel, price


def _left(step: StepReport) -> int:
    """The messages that were paid for, as far as anybody knows."""
    return step.figures.accepted + step.figures.unknown
