"""What one person of the audience will see, and what it takes as an SMS: looked at while it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns import personalise, prices, routing
from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint
from campaigns.composing import Preview, preview
from campaigns.models import Campaign, Contact, Content, Installation, Link
from campaigns.models.campaigns import CampaignKind
from campaigns.texts import Texts
from channels import kinds, sms_text
from channels.kinds import Channel
from channels.models import Sender
from channels.sms_text import CostlyCharacter, SmsEncoding, SmsMeasure


@dataclass(frozen=True, kw_only=True)
class SmsLook:
    """What the text takes as an SMS. `costly` are its own characters that force UCS-2, each once.

    With their plain equivalents it would take `cheaper_parts`; None where that saves nothing. `is_by_name`
    says that not the text but a value of this person, such as the name, asks for UCS-2.
    """

    measure: SmsMeasure
    costly: Sequence[CostlyCharacter]
    cheaper_parts: int | None
    is_by_name: bool
    price: Decimal | None
    currency: str

    @property
    def is_unicode(self) -> bool:
        """Does it take UCS-2, where a part is less than half as long?"""
        return self.measure.encoding is SmsEncoding.UCS2


@dataclass(frozen=True, kw_only=True)
class Look:
    """A message as `person` (None: somebody of whom nothing is known) would get it.

    `channel` is the one it is shown for, `sender` the name it comes from. `too_long` counts the
    characters beyond the channel's limit.
    """

    person: Contact | None
    channel: Channel
    sender: str
    preview: Preview
    sms: SmsLook | None
    limit: int
    too_long: int


def find_person(campaign: Campaign, *, after: int = 0, pk: int = 0) -> Contact | None:
    """Somebody of the audience to show the message for: the one with `pk`, the next `after` an id, or the first."""
    try:
        people = routing.audience(campaign) if campaign.kind == CampaignKind.ONCE else Contact.objects.present()
        chosen = people.filter(pk=pk).first() if pk and not after else None
        return chosen or people.filter(pk__gt=after).order_by("pk").first() or people.order_by("pk").first()
    except InvalidRule:
        return None


def look_at(
    blueprint: Blueprint, content: Content | None, *, channel: str, person: Contact | None, link_url: str | None = None
) -> Look | None:
    """How `content` looks on `channel` to `person`, its link leading to `link_url` (None: as saved)."""
    if content is None or not channel:
        return None
    links = list(blueprint.texts.links) if link_url is None else _links(blueprint.texts, link_url)
    values = personalise.contact_values(person) if person else {}
    step = next((step for step in blueprint.steps if step.channel == channel and step.sender), None)
    shown = _preview(content, channel, links, values)
    limit = kinds.facts(channel).text_limit
    return Look(
        person=person,
        channel=Channel(channel),
        sender=step.sender.identity if step and step.sender else "",
        preview=shown,
        sms=_sms_look(content, shown, sender=step.sender if step else None, links=links, values=values),
        limit=limit,
        too_long=max(0, len(shown.message.text) - limit) if limit else 0,
    )


def _links(texts: Texts, url: str) -> list[Link]:
    """The saved links, but `link` as it was typed."""
    others = [link for link in texts.links if link.name != "link"]
    position = next((link.position for link in texts.links if link.name == "link"), 0)
    return [Link(name="link", url=url, position=position), *others] if url else others


def _preview(content: Content, channel: str, links: Sequence[Link], values: dict[str, str]) -> Preview:
    return preview(content, channel=Channel(channel), links=links, values=values, language=values.get("language", ""))


def _sms_look(
    content: Content, shown: Preview, *, sender: Sender | None, links: Sequence[Link], values: dict[str, str]
) -> SmsLook | None:
    if shown.measure is None:
        return None
    own = sms_text.measure(content.text).costly
    cheap = Content(text=sms_text.cheapened(content.text))
    cheaper = _preview(cheap, Channel.SMS, links, values).measure if own else None
    price = prices.load_prices([sender]).of(sender)
    return SmsLook(
        measure=shown.measure,
        costly=tuple({one.character: one for one in own}.values()),
        cheaper_parts=cheaper.parts if cheaper and cheaper.parts < shown.measure.parts else None,
        is_by_name=shown.measure.encoding is SmsEncoding.UCS2 and not own,
        price=price * shown.measure.parts if price is not None else None,
        currency=Installation.current().reporting_currency,
    )
