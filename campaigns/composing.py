"""Put a message together: content, contact and channel in, what a provider gets out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache

from campaigns import links as tracked
from campaigns.escaping import Escape
from campaigns.mail_html import MailParts, mail_html, mail_words
from campaigns.marks import mark
from campaigns.models.content import Content, Link
from campaigns.personalise import Variable, fill, parse, value_of, variables
from channels.kinds import FACTS, Channel, ChannelFacts, Markup
from channels.messages import Button, OutboundMessage
from channels.sms_text import SmsMeasure, measure

# Becomes the address where this person unsubscribes, on any channel.
UNSUBSCRIBE = "unsubscribe"
# What a person would have to hear spelled out.
_WITHOUT_ADDRESSES = {Channel.VOICE}
_SAMPLE_TOKEN = "k3Qz7RmWx2aBtY9"[: tracked.TOKEN_LENGTH]


@dataclass(kw_only=True, slots=True)
class Composition:
    """Everything that one message is made of.

    `values` are the contact's (personalise.contact_values); `token` stands in the tracked links, and is
    None where there are none to track. `has_buttons` and `has_images` are what the sender's provider
    can do there; None takes what the channel can do. Links of somebody who is not `is_trackable` lead to
    their targets directly, and a mail to them has no pixel.
    """

    key: str
    channel: Channel
    sender: str
    address: str
    content: Content
    attempt_id: int
    links: Sequence[Link] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    is_trackable: bool = True
    is_transactional: bool = False
    language: str = ""
    validity: timedelta | None = None
    sender_settings: dict[str, str] = field(default_factory=dict)
    has_buttons: bool | None = None
    has_images: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A message as the editor shows it: `measure` where the channel counts parts, and the variables left empty.

    `subject`, `body` (without what a mail has below it) and `button` have those marked (campaigns/marks.py).
    """

    message: OutboundMessage
    subject: str
    body: str
    button: str
    measure: SmsMeasure | None
    missing: tuple[str, ...]


class NoContent(LookupError):
    """A campaign has no text for this channel and language, and none for any."""


def pick_content(contents: Iterable[Content], channel: str, language: str, *, variant: str = "") -> Content:
    """The one of `contents` for `channel` in `language`: channel + language, channel, language, any.

    A regional tag ("pt-br") is looked up as its language ("pt") too. Raises NoContent.
    """
    rows = {(row.channel, _tag(row.language)): row for row in contents if row.variant == variant}
    tags = dict.fromkeys((_tag(language), _tag(language).partition("-")[0], ""))
    for place in (channel, ""):
        for tag in tags:
            if row := rows.get((place, tag)):
                return row
    raise NoContent(f"no text for {channel} in {language or 'any language'}")


def compose(piece: Composition) -> OutboundMessage:
    """The message of `piece`, filled and escaped for its channel, with its links, picture and buttons."""
    kind = FACTS[piece.channel]
    if kind.markup is Markup.HTML:
        return _compose_mail(piece, kind)
    button = _has_button(piece, kind)
    text = piece.content.text if button else _with_link(piece)
    values = _all_values(piece, text)
    return _outbound(
        piece,
        kind,
        values,
        text=fill(parse(text), values, escape=_escape(kind)),
        buttons=(_button(piece, values),) if button else (),
    )


def preview(
    content: Content,
    *,
    channel: Channel,
    links: Sequence[Link] = (),
    values: Mapping[str, str] | None = None,
    language: str = "",
    sender: str = "",
    is_transactional: bool = False,
    has_buttons: bool | None = None,
    has_images: bool | None = None,
) -> Preview:
    """`content` as a contact with sample `values` would get it; tracked links have their real length.

    `has_buttons` and `has_images` are those of Composition.
    """
    piece = Composition(
        key="",
        channel=channel,
        sender=sender,
        address="",
        content=content,
        attempt_id=0,
        links=links,
        values=values or {},
        token=_SAMPLE_TOKEN,
        is_transactional=is_transactional,
        language=language,
        has_buttons=has_buttons,
        has_images=has_images,
    )
    message, missing = compose(piece), _missing(piece)
    subject, body, button = _marked(piece, missing)
    measured = measure(message.text) if FACTS[channel].has_parts else None
    return Preview(message=message, subject=subject, body=body, button=button, measure=measured, missing=missing)


def _marked(piece: Composition, missing: Iterable[str]) -> tuple[str, str, str]:
    """Subject, body and button of `piece`, with what is `missing` marked."""
    kind = FACTS[piece.channel]
    gaps = {**piece.values, **{name: mark(name) for name in missing}}
    shown = replace(piece, values=gaps)
    has_button = _has_button(shown, kind)
    text = shown.content.text if has_button else _with_link(shown)
    values = _all_values(shown, text)
    subject = shown.content.subject if kind.has_subject else ""
    return (
        fill(parse(subject), values, escape=Escape.HEADER),
        fill(parse(text), values, escape=_escape(kind)).strip(),
        _button(shown, values).label if has_button else "",
    )


def _has_button(piece: Composition, kind: ChannelFacts) -> bool:
    """Does the message have a button? In a mail we draw it ourselves, whatever its provider can do."""
    can = kind.has_buttons if piece.has_buttons is None or kind.markup is Markup.HTML else piece.has_buttons
    return bool(can and piece.links and piece.content.button_label)


def _escape(kind: ChannelFacts) -> Escape:
    return Escape.SMS if kind.markup is Markup.SMS else Escape.PLAIN


def _tag(language: str) -> str:
    return language.replace("_", "-").lower()


def _with_link(piece: Composition) -> str:
    """The text, and below it the first link, unless it stands in it already."""
    text = piece.content.text
    if not piece.links or piece.channel in _WITHOUT_ADDRESSES:
        return text
    return _with_first(text, tuple([link.name for link in piece.links]))


@lru_cache(maxsize=4096)
def _with_first(text: str, links: tuple[str, ...]) -> str:
    """`text`, and below it the first of `links`, unless one of them stands in it."""
    return text if set(links) & set(variables(text)) else f"{text}\n{{{{ {links[0]} }}}}"


def _all_values(piece: Composition, text: str) -> dict[str, str]:
    """The contact's values and the addresses of the links; a link goes before a value of the same name."""
    values = dict(piece.values)
    token = piece.token if piece.is_trackable else None
    for link in piece.links:
        values[link.name] = (
            tracked.click_url(token, link.position) if token else tracked.target_url(link.url, piece.values)
        )
    if UNSUBSCRIBE in variables(text):
        values[UNSUBSCRIBE] = tracked.unsubscribe_url(piece.attempt_id)
    return values


def _button(piece: Composition, values: Mapping[str, str]) -> Button:
    label = fill(parse(piece.content.button_label), values, escape=Escape.HEADER)
    return Button(label=label, url=values[piece.links[0].name])


def _outbound(
    piece: Composition,
    kind: ChannelFacts,
    values: Mapping[str, str],
    *,
    text: str,
    buttons: tuple[Button, ...] = (),
    html: str = "",
    unsubscribe_url: str = "",
) -> OutboundMessage:
    has_image = kind.has_image if piece.has_images is None else piece.has_images
    subject = piece.content.subject if kind.has_subject else ""
    return OutboundMessage(
        key=piece.key,
        channel=piece.channel,
        sender=piece.sender,
        address=piece.address,
        text=text,
        subject=fill(parse(subject), values, escape=Escape.HEADER) if subject else "",
        html=html,
        image_url=piece.content.image_url if has_image else "",
        buttons=buttons,
        unsubscribe_url=unsubscribe_url,
        language=piece.language,
        validity=piece.validity,
        is_transactional=piece.is_transactional,
        sender_settings=piece.sender_settings,
    )


def _compose_mail(piece: Composition, kind: ChannelFacts) -> OutboundMessage:
    """A mail has two forms of the same: text, where the button is a line, and HTML."""
    has_button = _has_button(piece, kind)
    text = piece.content.text if has_button else _with_link(piece)
    values = _all_values(piece, text)
    button = _button(piece, values) if has_button else None
    unsubscribe_url = "" if piece.is_transactional else tracked.unsubscribe_url(piece.attempt_id)
    plain = [fill(parse(text), values, escape=Escape.PLAIN).strip()]
    if button:
        plain.append(f"{button.label}: {button.url}")
    if unsubscribe_url:
        words = mail_words(piece.language)
        plain.append(f"-- \n{words.why}\n{words.unsubscribe}: {unsubscribe_url}")
    return _outbound(
        piece,
        kind,
        values,
        text="\n\n".join(plain),
        html=mail_html(_mail_parts(piece, values, text=text, button=button, unsubscribe_url=unsubscribe_url)),
        unsubscribe_url=unsubscribe_url,
    )


def _mail_parts(
    piece: Composition, values: Mapping[str, str], *, text: str, button: Button | None, unsubscribe_url: str
) -> MailParts:
    is_tracked = piece.is_trackable and piece.token is not None
    return MailParts(
        subject=fill(parse(piece.content.subject), values, escape=Escape.HEADER),
        text=text,
        values=values,
        links=frozenset([link.name for link in piece.links] + [UNSUBSCRIBE]),
        language=piece.language,
        image_url=piece.content.image_url,
        button_label=button.label if button else "",
        button_url=button.url if button else "",
        unsubscribe_url=unsubscribe_url,
        trap_url=tracked.trap_url(piece.attempt_id) if is_tracked else "",
        open_url=tracked.open_url(piece.attempt_id) if is_tracked else "",
    )


def _missing(piece: Composition) -> tuple[str, ...]:
    text = _with_link(piece)
    values = _all_values(piece, text)
    used = [
        part
        for written in (piece.content.subject, text, piece.content.button_label)
        for part in parse(written).pieces
        if isinstance(part, Variable)
    ]
    return tuple(dict.fromkeys(part.name for part in used if not value_of(part, values)))
