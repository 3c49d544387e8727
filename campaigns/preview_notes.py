"""What a channel cannot show of a message, and what people get there instead."""

from collections.abc import Iterator

from django.utils.translation import gettext

from campaigns.conditions import SPOKEN
from campaigns.models import Content
from channels import kinds
from channels.kinds import Channel, Markup
from channels.provider import Capabilities


def instead(content: Content, *, channel: Channel, has_link: bool, able: Capabilities | None) -> list[str]:
    """Sentences on what of `content` is left out on `channel`; `able` None is whatever the channel can do."""
    return list(_notes(content, channel, has_link=has_link, able=able))


def _notes(content: Content, channel: Channel, *, has_link: bool, able: Capabilities | None) -> Iterator[str]:
    kind, named = kinds.facts(channel), {"channel": channel.label}
    has_images = able.has_images if able else kind.has_image
    has_buttons = able.has_buttons if able and kind.markup is not Markup.HTML else kind.has_buttons
    if content.image_url and not has_images:
        yield gettext("%(channel)s shows no picture here: it is left out.") % named
    if content.button_label and has_link and not has_buttons:
        yield _without_button(channel) % named


def _without_button(channel: Channel) -> str:
    if channel in SPOKEN:
        return gettext("Nobody can press a button in a call: it is left out.")
    return gettext("%(channel)s shows no button here: the link stands in the text instead.")
