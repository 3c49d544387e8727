"""What the phone shows: notifications on its first screen, and each kind of message as its app would."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from channels.sandbox.audience import CALLS
from channels.sandbox.links import links_of, pieces
from channels.sandbox.markup import Html, fill, joined
from channels.sandbox.rows import Happening, Message
from channels.sandbox.vocabulary import (
    ANSWER_BACK,
    APPS,
    BLOCK,
    COMPLAIN,
    LET_RING,
    MACHINE,
    ONE_CLICK,
    PICK_UP,
    REPLY,
    STOP,
    STOP_ANSWERS,
    TOLD,
)
from channels.sandbox.words import gettext as _
from channels.sandbox.words import gettext_noop

MAX_PREVIEW = 120
STATES = {
    "accepted": gettext_noop("on its way"),
    "delivered": "",
    "opened": "",
    "answered": gettext_noop("answered"),
    "voicemail": gettext_noop("went to voicemail"),
    "missed": gettext_noop("missed call"),
    "undelivered": gettext_noop("not delivered"),
    "expired": gettext_noop("expired"),
    "blocked": gettext_noop("sender blocked"),
    "spam": gettext_noop("marked as spam"),
}
# What the buttons below a message say, in this order; only those that its channel knows are shown.
BUTTONS = {
    PICK_UP: (gettext_noop("Answer"), "good"),
    LET_RING: (gettext_noop("Let it ring"), "bad"),
    MACHINE: (gettext_noop("Voicemail answers"), ""),
    STOP: ("", ""),
    BLOCK: (gettext_noop("Block sender"), "bad"),
    ONE_CLICK: (gettext_noop("Unsubscribe in one click"), ""),
    COMPLAIN: (gettext_noop("Report spam"), "bad"),
}


def clock(moment: float) -> str:
    """The time of day, as on a phone."""
    return _local(moment).strftime("%H:%M")


def _local(moment: float) -> datetime:
    """The instant on the clock of this machine, which is where the phone lies."""
    return datetime.fromtimestamp(moment, UTC).astimezone()


def preview(message: Message) -> str:
    """The line that a notification shows."""
    if message.channel in CALLS:
        return _("Incoming call") if message.state == "accepted" else _(STATES[message.state]).capitalize()
    return " ".join((message.subject or message.text).split())[:MAX_PREVIEW]


def _state(message: Message) -> str:
    """Where the message is, as the phone says it; nothing of what is as it should be."""
    is_ringing = message.channel in CALLS and message.state == "accepted"
    return _("ringing…") if is_ringing else _(STATES[message.state])


def home(messages: Sequence[Message], *, owner: str, inside: str) -> Html:
    """The first screen of the phone of `owner`, newest notification first."""
    shown = joined(_notification(message, inside) for message in messages)
    return fill("home", owner=owner, notifications=shown or fill("no_messages"))


def _notification(message: Message, inside: str) -> Html:
    return fill(
        "notification" if "open" in APPS[message.channel].gestures else "notification_call",
        id=message.id,
        inside=inside,
        channel=message.channel,
        app=_(APPS[message.channel].label),
        sender=message.sender,
        text=preview(message),
        time=clock(message.created_at),
        state=_state(message),
        is_read="read" if message.is_read else "unread",
    )


def message(message: Message, history: Sequence[Happening], *, inside: str) -> Html:
    """One open message in its app, with what can be done with it."""
    app = APPS[message.channel]
    return fill(
        "message",
        inside=inside,
        channel=message.channel,
        app=_(app.label),
        sender=message.sender or _("unknown"),
        recipient=_("to %(address)s") % {"address": message.address},
        time=clock(message.created_at),
        body=_body(message, history),
        reply=fill("reply", id=message.id, inside=inside) if ANSWER_BACK in app.gestures else Html(""),
        buttons=_buttons(message, inside),
    )


def _body(message: Message, history: Sequence[Happening]) -> Html:
    if message.channel in CALLS:
        return fill(
            "call",
            sender=message.sender,
            text=message.text,
            language=message.language,
            state=_state(message),
        )
    if message.channel == "email" and message.html:
        return fill("mail", id=message.id, subject=message.subject, language=message.language)
    answers = joined(
        fill("bubble_own", text=one.text, time=clock(one.at)) for one in history if one.word == REPLY and one.text
    )
    return fill(
        "chat",
        language=message.language,
        image=fill("image", url=message.image_url) if message.image_url else Html(""),
        subject=fill("subject", text=message.subject) if message.subject else Html(""),
        text=_with_links(message.text),
        links=joined(fill("link_button", url=button["url"], label=button["label"]) for button in message.buttons),
        tap=_tap(message),
        answers=answers,
    )


def _tap(message: Message) -> Html:
    """A push opens its link by a tap anywhere, so it gets a button of its own."""
    links = links_of(text=message.text, html="", buttons=message.buttons).visible
    return (
        fill("link_button", url=links[0], label=_("Tap the notification"))
        if message.channel == "push" and links
        else Html("")
    )


def _with_links(text: str) -> Html:
    """The text with its web addresses as links."""
    return joined(fill("link", url=piece) if is_url else Html(escape(piece)) for piece, is_url in pieces(text))


def _buttons(message: Message, inside: str) -> Html:
    word = STOP_ANSWERS.get(message.language, STOP_ANSWERS["en"])
    labels = {gesture: (_(label), kind) for gesture, (label, kind) in BUTTONS.items()}
    labels[STOP] = (_("Answer %(word)s") % {"word": word}, "")
    is_over = message.channel in CALLS and message.state != "accepted"
    known = frozenset() if is_over else APPS[message.channel].gestures
    shown = [(gesture, *labels[gesture]) for gesture in labels if gesture in known]
    if not message.unsubscribe_url:
        shown = [one for one in shown if one[0] != ONE_CLICK]
    return joined(
        fill("gesture", id=message.id, inside=inside, gesture=gesture, label=label, kind=kind)
        for gesture, label, kind in shown
    )


def log(message: Message, history: Sequence[Happening]) -> Html:
    """What happened to the message and what of it was reported to the product."""
    rows = joined(
        fill(
            "log_row",
            word=_(TOLD[one.word]),
            time=_local(one.at).strftime("%H:%M:%S"),
            text=one.text,
            told=_("reported") if one.is_reported else _("not reported by this vendor"),
            kind="is-reported" if one.is_reported else "is-silent",
        )
        for one in history
    )
    return fill("log", key=message.key, vendor_id=message.vendor_id, asked=message.asked, rows=rows)
