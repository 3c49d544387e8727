"""What a message (a part, for SMS) will cost, in the reporting currency, as far as the admins have told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.models import Step
from channels.kinds import Channel
from channels.models import Price, Sender


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The prices of some senders, loaded at once. `amounts` is by (account id, channel, country); '' is everywhere."""

    amounts: Mapping[tuple[int, str, str], Decimal]

    def of(self, sender: Sender | None, country: str = "") -> Decimal | None:
        """The price of one message or part from `sender` to `country`; None where nobody has told it."""
        if sender is None:
            return None
        everywhere = self.amounts.get((sender.account_id, sender.channel, ""))
        return self.amounts.get((sender.account_id, sender.channel, country), everywhere)


def load_prices(senders: Iterable[Sender | None]) -> PriceList:
    """The prices of `senders`, in one query."""
    accounts = {sender.account_id for sender in senders if sender}
    rows = Price.objects.filter(account_id__in=accounts)
    return PriceList(amounts={(row.account_id, row.channel, row.country): row.amount * row.rate for row in rows})


def cheapest_sender(channel: str) -> Sender | None:
    """The usable sender of `channel` with the lowest price everywhere, the oldest among equals; None without any.

    A sender without a price comes after those with one.
    """
    return cheapest_senders().get(channel)


def cheapest_senders() -> dict[str, Sender]:
    """For each channel that somebody can send on, what `cheapest_sender` gives; in two queries."""
    senders = Sender.objects.usable().filter(held_at=None).select_related("account").order_by("id")
    prices = load_prices(senders)
    found: dict[str, Sender] = {}
    for sender in sorted(senders, key=lambda sender: _known_first(prices.of(sender))):
        found.setdefault(sender.channel, sender)
    return found


def in_price_order(steps: Sequence[Step]) -> list[Step]:
    """`steps` from the cheapest to the dearest.

    A step whose price nobody told stands where its channel usually stands: behind every step of a
    channel that is usually cheaper (the order of `Channel`).
    """
    prices = load_prices(step.sender for step in steps)
    # By the object's own identity: steps that are only planned have no id yet.
    told = {id(step): prices.of(step.sender) for step in steps}

    def rank(step: Step) -> tuple[Decimal, int]:
        usual = _usual_place(step.channel)
        cheaper = [told[id(other)] for other in steps if _usual_place(other.channel) < usual]
        known = [price for price in cheaper if price is not None]
        price = told[id(step)]
        return (max(known, default=Decimal(0)) if price is None else price, usual)

    return sorted(steps, key=rank)


def _usual_place(channel: str) -> int:
    return list(Channel).index(Channel(channel))


def _known_first(price: Decimal | None) -> tuple[bool, Decimal]:
    return (price is None, price or Decimal(0))
