"""What one person of the audience will see, and what it takes on each channel: looked at while it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q

from campaigns import marks, personalise, preview_notes, routing
from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint
from campaigns.composing import Preview, preview
from campaigns.conditions import SPOKEN, capabilities_of
from campaigns.gaps import Gap, gaps
from campaigns.marks import Piece
from campaigns.models import Campaign, Contact, Content, Link
from campaigns.models.campaigns import CampaignKind
from campaigns.models.contacts import ContactQuerySet
from campaigns.sms_looks import SmsLook, look_as_sms
from campaigns.texts import Texts
from channels import kinds
from channels.kinds import Channel
from channels.models import Sender
from channels.provider import Capabilities
from channels.sms_text import SmsMeasure, measure

# A counter beside a text that nobody fills is only noise.
_NO_COUNTER_FROM = 20_000
_NEARLY = 0.9


@dataclass(frozen=True, kw_only=True)
class Length:
    """How long a text is on `channel`, which takes up to `limit` characters."""

    channel: Channel
    length: int
    limit: int

    @property
    def tone(self) -> str:
        """A class of the style sheet: nothing to say, nearly full, too long."""
        if self.length > self.limit:
            return "is-bad"
        return "is-warning" if self.length > self.limit * _NEARLY else ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A message as `person` (None: somebody of whom nothing is known) would get it.

    `channel` is the one it is shown for, `sender` the name it comes from. `sms` and `lengths` are what the text takes
    on the channels that use it; `notes` say what this channel leaves out. `choices` are the channels that can be shown
    instead. `other_text` is set where the person gets a text of another tab: what opens it in the editor's address.
    """

    person: Contact | None
    channel: Channel
    sender: str
    preview: Preview
    subject: Sequence[Piece]
    body: Sequence[Piece]
    gaps: Sequence[Gap]
    notes: Sequence[str]
    sms: SmsLook | None
    lengths: Sequence[Length]
    choices: Sequence[Channel] = ()
    other_text: str | None = None

    @property
    def frame(self) -> Literal["inbox", "script", "phone"]:
        """Where it is read: as a mail, aloud, or on a phone."""
        if self.channel is Channel.EMAIL:
            return "inbox"
        return "script" if self.channel in SPOKEN else "phone"


def find_person(campaign: Campaign, *, after: int = 0, pk: int = 0, rather: Q | None = None) -> Contact | None:
    """Somebody to show the message for: the contact with `pk`, or of the audience the next `after` an id, or the first.

    Of the audience those who are `rather` wanted, where there are any.
    """
    if pk and not after and (chosen := Contact.objects.present().filter(pk=pk).first()):
        return chosen
    try:
        people = audience_of(campaign)
        return (_next(people.filter(rather), after) if rather else None) or _next(people, after)
    except InvalidRule:
        return None


def audience_of(campaign: Campaign) -> ContactQuerySet:
    """Whom the message may reach; by API it may be anybody. Raises InvalidRule."""
    return routing.audience(campaign) if campaign.kind == CampaignKind.ONCE else Contact.objects.present()


def look_at(
    blueprint: Blueprint,
    content: Content | None,
    *,
    channel: str,
    person: Contact | None,
    link_url: str | None = None,
    written: Content | None = None,
    channels: Sequence[str] = (),
) -> Look | None:
    """How `content` looks on `channel` to `person`, its link leading to `link_url` (None: as saved).

    What is measured is `written` (None: `content`), which `channels` use (none: only this one).
    """
    if content is None or not channel:
        return None
    painter = _Painter(blueprint, person, link_url)
    shown = painter.paint(content, channel)
    written, channels = written or content, channels or [channel]
    return Look(
        person=person,
        channel=Channel(channel),
        sender=painter.identity(channel),
        preview=shown,
        subject=marks.pieces(shown.subject, shown.missing),
        body=marks.pieces(shown.body, shown.missing),
        gaps=painter.gaps(content, shown.missing),
        notes=painter.notes(content, channel),
        sms=painter.as_sms(written) if Channel.SMS in channels else None,
        lengths=painter.lengths(written, channels),
    )


class _Painter:
    """Fills texts of one campaign for one person."""

    def __init__(self, blueprint: Blueprint, person: Contact | None, link_url: str | None) -> None:
        texts = blueprint.texts
        self.campaign = blueprint.campaign
        self.link_names = texts.link_names
        self.links = list(texts.links) if link_url is None else _links(texts, link_url)
        self.values = personalise.contact_values(person) if person else {}
        self.country = person.country if person else ""
        self.senders: dict[str, Sender] = {}
        for step in blueprint.steps:
            if step.sender:
                self.senders.setdefault(step.channel, step.sender)

    def identity(self, channel: str) -> str:
        """The name that a message on `channel` comes from, "" where no sender was chosen."""
        sender = self.senders.get(channel)
        return sender.identity if sender else ""

    def paint(self, content: Content, channel: str) -> Preview:
        """`content` as it arrives on `channel`."""
        able = self._able(channel)
        return preview(
            content,
            channel=Channel(channel),
            links=self.links,
            values=self.values,
            language=self.values.get("language", ""),
            has_buttons=able.has_buttons if able else None,
            has_images=able.has_images if able else None,
        )

    def notes(self, content: Content, channel: str) -> list[str]:
        """What `channel` leaves out of `content`."""
        has_link, able = bool(self.links), self._able(channel)
        return preview_notes.instead(content, channel=Channel(channel), has_link=has_link, able=able)

    def gaps(self, content: Content, missing: Sequence[str]) -> list[Gap]:
        """The variables of `content` without a value for some, `missing` for this person."""
        return gaps(self.campaign, content, missing=missing, links=self.link_names)

    def as_sms(self, content: Content) -> SmsLook:
        """What `content` takes as an SMS."""
        sender = self.senders.get(Channel.SMS)
        return look_as_sms(content, measured=self._measured, sender=sender, country=self.country)

    def lengths(self, content: Content, channels: Sequence[str]) -> list[Length]:
        """How long `content` is on those of `channels` that have a limit within sight."""
        limits = {channel: kinds.facts(channel).text_limit for channel in channels}
        return [
            Length(channel=Channel(channel), length=len(self.paint(content, channel).message.text), limit=limit)
            for channel, limit in limits.items()
            if 0 < limit < _NO_COUNTER_FROM
        ]

    def _measured(self, content: Content) -> SmsMeasure:
        return measure(self.paint(content, Channel.SMS).message.text)

    def _able(self, channel: str) -> Capabilities | None:
        sender = self.senders.get(channel)
        return capabilities_of(sender, channel) if sender else None


def _next(people: ContactQuerySet, after: int) -> Contact | None:
    return people.filter(pk__gt=after).order_by("pk").first() or people.order_by("pk").first()


def _links(texts: Texts, url: str) -> list[Link]:
    """The saved links, but `link` as it was typed."""
    others = [link for link in texts.links if link.name != "link"]
    position = next((link.position for link in texts.links if link.name == "link"), 0)
    return [Link(name="link", url=url, position=position), *others] if url else others
