"""What the messages of one sender are made of, beside the people: kept for a moment, not read for each batch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from campaigns.composing import pick_content
from campaigns.engine.claimed import Claimed, Recipient
from campaigns.engine.kept import KeptSurroundings
from campaigns.engine.routes import Surroundings
from campaigns.models import Content, Link, Step
from channels.kinds import Channel
from channels.models import Price, Sender
from channels.provider import Capabilities
from channels.rows import run

Part = TypeVar("Part", Content, Link)
# Links carry the attempt's id, so it is known before the row is written.
IDS_AT_ONCE = 500


class UnitPrice:
    """What a vendor takes for one message, or part of one, in its `currency` (`told` is None where nobody knows).

    `rate` is how much of the reporting currency one unit is, `amount` the price in that.
    """

    def __init__(self, told: Decimal | None = None, currency: str = "", rate: Decimal = Decimal(1)) -> None:
        self.told = told
        self.currency = currency
        self.rate = rate
        self.amount = (told or Decimal(0)) * rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What is the same in all messages of a step in one language; None of `has_…`: whatever the channel can do."""

    channel: Channel
    content: Content
    has_buttons: bool | None
    has_images: bool | None
    validity: timedelta | None


def _manner(channel: Channel, content: Content, able: Capabilities | None, timeout: timedelta) -> Manner:
    longest = able.max_validity if able else None
    return Manner(
        channel=channel,
        content=content,
        has_buttons=able.has_buttons if able else None,
        has_images=able.has_images if able else None,
        # No longer than the decision window, or two channels reach the person.
        validity=min(timeout, longest) if longest else None,
    )


class Shelf:
    """What one worker needs to make messages of `sender`; `stock` it before each batch."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.contents: dict[int, list[Content]] = {}
        self.links: dict[int, list[Link]] = {}
        self.steps: dict[int, Step] = {}
        self._kept = KeptSurroundings()
        self._surroundings: Surroundings | None = None
        self._price_rows: dict[str, Price] = {}
        # By country.
        self._prices: dict[str, UnitPrice] = {}
        # By step.
        self._capabilities: dict[int, Capabilities | None] = {}
        # By step and language.
        self._manners: dict[tuple[int, str], Manner] = {}
        self._ids = _attempt_ids()

    def stock(self, messages: Sequence[Claimed]) -> None:
        """Have everything for `messages`, none of it older than kept.FRESH."""
        versions = {message.place.version_id for message in messages} - self.contents.keys()
        if versions:
            # A frozen version's texts and links never change.
            self.contents |= _by_version(Content.objects.filter(version_id__in=versions), versions)
            self.links |= _by_version(Link.objects.filter(version_id__in=versions).order_by("position"), versions)
        surroundings = self._kept.load(campaign_ids=(), route_ids={message.place.route_id for message in messages})
        if surroundings is not self._surroundings:
            self._surround(surroundings)

    def _surround(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        # Those of earlier batches stay: their messages may still be with the vendor.
        self.steps |= {step.pk: step for of_route in surroundings.steps.values() for step in of_route}
        self._prices.clear()
        self._manners.clear()
        self._capabilities.clear()
        rows = Price.objects.filter(account=self.sender.account, channel=self.sender.channel)
        self._price_rows = {row.country: row for row in rows}

    @property
    def surroundings(self) -> Surroundings:
        """Steps, capabilities and zones of what was stocked; the campaigns come with the messages.

        Raises LookupError where nothing was stocked.
        """
        if self._surroundings is None:
            raise LookupError("an empty shelf")
        return self._surroundings

    def capability(self, message: Claimed) -> Capabilities | None:
        """What the sender of the message's step can do; None when it cannot carry the step at all."""
        step_id = message.step_id
        if step_id not in self._capabilities:
            self._capabilities[step_id] = self.surroundings.capability(self.steps[step_id])
        return self._capabilities[step_id]

    def manner(self, message: Claimed, language: str) -> "Manner":
        """How `message` is said to somebody who speaks `language`. Raises NoContent."""
        key = message.step_id, language
        if key not in self._manners:
            contents = self.contents[message.place.version_id]
            content = pick_content(contents, message.channel, language)
            timeout = self.steps[message.step_id].timeout
            self._manners[key] = _manner(Channel(message.channel), content, self.capability(message), timeout)
        return self._manners[key]

    def price(self, recipient: Recipient) -> UnitPrice:
        """What one part costs."""
        country = recipient.country
        if country not in self._prices:
            row = self._price_rows.get(country) or self._price_rows.get("")
            self._prices[country] = UnitPrice(row.amount, row.currency, row.rate) if row else UnitPrice()
        return self._prices[country]

    def attempt_id(self) -> int:
        """An id that no other attempt gets."""
        return next(self._ids)


def _by_version(rows: Iterable[Part], versions: Iterable[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {version: [] for version in versions}
    for row in rows:
        found[row.version_id].append(row)
    return found


def _attempt_ids() -> Iterator[int]:
    """Asked for in hundreds, as they are needed."""
    while True:
        rows = run(
            "SELECT nextval('campaigns_attempt_id_seq') FROM generate_series(1, %s::int)",
            [IDS_AT_ONCE],
        )
        yield from (row[0] for row in rows)
