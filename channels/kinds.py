"""The channels, and the facts about each that do not depend on who carries its messages."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The medium a message travels by. The order is the usual one, from the cheapest to the dearest."""

    SMS = "sms", _("SMS")
    PUSH = "push", _("Push")
    EMAIL = "email", _("Email")
    VIBER = "viber", _("Viber")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")
    RCS = "rcs", _("RCS")
    VOICE = "voice", _("Voice")
    MESSENGER = "messenger", _("Messenger")
    INSTAGRAM = "instagram", _("Instagram")
    VK = "vk", _("VK")
    CALL_TASK = "call_task", _("Phone call by a person")


class AddressKind(models.TextChoices):
    """What an address is, which decides how it is written and which channels can use it."""

    PHONE = "phone", _("Phone number")
    EMAIL = "email", _("Email address")
    PUSH_TOKEN = "push_token", _("Push token")
    TELEGRAM_ID = "telegram_id", _("Telegram id")
    MESSENGER_ID = "messenger_id", _("Messenger id")
    INSTAGRAM_ID = "instagram_id", _("Instagram id")
    VK_ID = "vk_id", _("VK id")


class Markup(StrEnum):
    """How the text of a channel is written, which decides how a variable's value is escaped in it."""

    SMS = "sms"
    PLAIN = "plain"
    HTML = "html"


@dataclass(frozen=True, kw_only=True)
class ChannelFacts:
    """What holds for a channel whoever carries it.

    `colour` is a Tabler colour name and always means this channel; `icon` is a Tabler icon's name;
    `text_limit` is in characters, 0 where parts are counted instead.
    """

    address_kind: AddressKind
    icon: str
    colour: str
    text_limit: int
    markup: Markup = Markup.PLAIN
    has_subject: bool = False
    has_image: bool = False
    has_buttons: bool = False
    has_parts: bool = False
    note: str | Promise = ""


FACTS: dict[Channel, ChannelFacts] = {
    Channel.SMS: ChannelFacts(
        address_kind=AddressKind.PHONE,
        icon="message-2",
        colour="azure",
        text_limit=0,
        markup=Markup.SMS,
        has_parts=True,
        note=_("SMS never reports reading, so let a tracked link count."),
    ),
    Channel.PUSH: ChannelFacts(
        address_kind=AddressKind.PUSH_TOKEN,
        icon="bell",
        colour="indigo",
        text_limit=240,
        has_subject=True,
        has_image=True,
        note=_("Push reports taps, not views."),
    ),
    Channel.EMAIL: ChannelFacts(
        address_kind=AddressKind.EMAIL,
        icon="mail",
        colour="teal",
        text_limit=100_000,
        markup=Markup.HTML,
        has_subject=True,
        has_image=True,
        has_buttons=True,
        note=_("Opens of mail are counted by an image, which some programs block and others fetch by themselves."),
    ),
    Channel.VIBER: ChannelFacts(
        address_kind=AddressKind.PHONE,
        icon="brand-viber",
        colour="purple",
        text_limit=1000,
        has_image=True,
        has_buttons=True,
        note=_("Seen is reported."),
    ),
    Channel.WHATSAPP: ChannelFacts(
        address_kind=AddressKind.PHONE,
        icon="brand-whatsapp",
        colour="green",
        text_limit=4096,
        has_image=True,
        has_buttons=True,
        note=_("Read is reported, unless the person has switched it off."),
    ),
    Channel.TELEGRAM: ChannelFacts(
        address_kind=AddressKind.TELEGRAM_ID,
        icon="brand-telegram",
        colour="blue",
        text_limit=4096,
        has_image=True,
        has_buttons=True,
        note=_("Telegram reports neither delivery nor reading, so let a tracked link count."),
    ),
    Channel.RCS: ChannelFacts(
        address_kind=AddressKind.PHONE,
        icon="message-circle",
        colour="cyan",
        text_limit=3072,
        has_image=True,
        has_buttons=True,
        note=_("Read is reported."),
    ),
    Channel.VOICE: ChannelFacts(
        address_kind=AddressKind.PHONE,
        icon="phone-call",
        colour="orange",
        text_limit=3000,
        note=_("The call counts when a person answers, not an answering machine."),
    ),
    Channel.MESSENGER: ChannelFacts(
        address_kind=AddressKind.MESSENGER_ID,
        icon="brand-messenger",
        colour="pink",
        text_limit=2000,
        has_image=True,
        has_buttons=True,
        note=_("Read is reported."),
    ),
    Channel.INSTAGRAM: ChannelFacts(
        address_kind=AddressKind.INSTAGRAM_ID,
        icon="brand-instagram",
        colour="red",
        text_limit=1000,
        has_image=True,
        has_buttons=True,
        note=_("Reading is reported, delivery is not."),
    ),
    Channel.VK: ChannelFacts(
        address_kind=AddressKind.VK_ID,
        icon="brand-vk",
        colour="lime",
        text_limit=4096,
        has_image=True,
        has_buttons=True,
        note=_("Reading is reported, delivery is not."),
    ),
    Channel.CALL_TASK: ChannelFacts(
        address_kind=AddressKind.PHONE,
        icon="headset",
        colour="yellow",
        text_limit=5000,
        note=_("A colleague phones and notes what came of it."),
    ),
}


def facts(channel: str) -> ChannelFacts:
    """The facts about `channel` (a Channel value). Raises ValueError for an unknown one."""
    return FACTS[Channel(channel)]
