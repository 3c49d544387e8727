"""What a campaign will cost at least and at most, by the prices that the admins have told."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns import personalise, prices, routing, sentences
from campaigns.blueprints import Blueprint
from campaigns.composing import preview
from campaigns.models import Contact, Installation, Step
from campaigns.texts import Texts
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class Cost:
    """In `currency`: `least` if everybody acts at their first step, `highest` if nobody acts at all.

    `unpriced` are the steps ("SMS from SHOP") whose price nobody has told; they count as free.
    """

    least: Decimal
    highest: Decimal
    currency: str
    unpriced: tuple[str, ...] = ()


def cost(draft: Blueprint, division: routing.Division | None = None) -> Cost:
    """What `draft` will cost with the people of `division` (its audience as it is now).

    An SMS is taken to have as many parts as it has for the first person of the audience. Raises InvalidRule.
    """
    division = division or routing.divide(draft.campaign, draft.routes)
    told = prices.load_prices(step.sender for step in draft.steps)
    person = routing.audience(draft.campaign).order_by("pk").first()
    counted = {channel: parts(draft.texts, channel, person) for channel in draft.channels}
    chains = {route.pk: list(route.steps.all()) for route in draft.routes}
    least = highest = Decimal(0)
    for share in division.shares:
        each = [_price(told, step, share.country) * counted[Channel(step.channel)] for step in chains[share.route_id]]
        least += share.people * sum(each[:1], Decimal(0))
        highest += share.people * sum(each, Decimal(0))
    currency = Installation.current().reporting_currency
    return Cost(least=least, highest=highest, currency=currency, unpriced=_unpriced(list(draft.steps), told))


def parts(texts: Texts, channel: str, person: Contact | None) -> int:
    """How many messages `person` (None: somebody without a name) is charged for on `channel`; 1 but for SMS."""
    language = person.language if person else ""
    content = texts.used_on(channel, language)
    if content is None:
        return 1
    values = personalise.contact_values(person) if person else {}
    shown = preview(content, channel=Channel(channel), links=texts.links, values=values, language=language)
    return max(shown.measure.parts, 1) if shown.measure else 1


def _price(told: prices.PriceList, step: Step, country: str) -> Decimal:
    return told.of(step.sender, country) or Decimal(0)


def _unpriced(steps: Sequence[Step], told: prices.PriceList) -> tuple[str, ...]:
    without = [step for step in steps if step.sender and told.of(step.sender) is None]
    return tuple(dict.fromkeys(sentences.step_title(step) for step in without))
