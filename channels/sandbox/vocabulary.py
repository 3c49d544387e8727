"""The sandbox vendor's own words: what it reports per channel, and what can be done with a message.

They differ from the product's words on purpose, as every vendor's do; the provider translates.
"""

from dataclasses import dataclass

from channels.sandbox.words import gettext_noop

SENT = "sent"
DELIVERED = "handset_delivered"
UNDELIVERED = "undelivered"
BOUNCED = "bounced"
EXPIRED = "ttl_expired"
SEEN = "seen"
REPLY = "reply"
BLOCKED = "blocked_by_user"
SPAM = "spam_report"
PICKED_UP = "picked_up"
VOICEMAIL = "voicemail"
NO_ANSWER = "no_answer"
# Noted in the sandbox's history, and never reported: a vendor sees none of these.
FOLLOWED = "link_followed"
SCANNED = "links_scanned"
UNSUBSCRIBED = "one_click_unsubscribe"

# How the inbox tells people of each.
TOLD = {
    SENT: gettext_noop("sent"),
    DELIVERED: gettext_noop("handset delivered"),
    UNDELIVERED: gettext_noop("undelivered"),
    BOUNCED: gettext_noop("bounced"),
    EXPIRED: gettext_noop("time to live expired"),
    SEEN: gettext_noop("seen"),
    REPLY: gettext_noop("reply"),
    BLOCKED: gettext_noop("blocked by user"),
    SPAM: gettext_noop("spam report"),
    PICKED_UP: gettext_noop("picked up"),
    VOICEMAIL: gettext_noop("voicemail"),
    NO_ANSWER: gettext_noop("no answer"),
    FOLLOWED: gettext_noop("link followed"),
    SCANNED: gettext_noop("links scanned"),
    UNSUBSCRIBED: gettext_noop("one click unsubscribe"),
}


@dataclass(frozen=True, kw_only=True)
class App:
    """One channel on the recipient's phone: its name, what the vendor `reports`, what a person can do (`gestures`).

    The `label` is translated where it is shown.
    """

    label: str
    reports: frozenset[str]
    gestures: frozenset[str]


OPEN, CLICK, ANSWER_BACK, STOP, BLOCK = "open", "click", "reply", "stop", "block"
COMPLAIN, ONE_CLICK, PICK_UP, LET_RING, MACHINE = "complain", "one_click", "pick_up", "let_ring", "machine"
DELIVER, FAIL, EXPIRE, SCAN = "deliver", "fail", "expire", "scan"
NETWORK_GESTURES = frozenset({DELIVER, FAIL, EXPIRE, SCAN})

_NETWORK = frozenset({SENT, DELIVERED, UNDELIVERED, EXPIRED})
_TALK = frozenset({OPEN, CLICK, ANSWER_BACK, STOP})

APPS: dict[str, App] = {
    "sms": App(label=gettext_noop("Messages"), reports=_NETWORK | {REPLY}, gestures=_TALK),
    "push": App(label=gettext_noop("Push"), reports=frozenset(), gestures=frozenset({OPEN, CLICK})),
    "email": App(
        label=gettext_noop("Mail"),
        reports=frozenset({DELIVERED, BOUNCED, SPAM}),
        gestures=frozenset({OPEN, CLICK, COMPLAIN, ONE_CLICK}),
    ),
    "viber": App(label="Viber", reports=_NETWORK | {SEEN, REPLY, BLOCKED}, gestures=_TALK | {BLOCK}),
    "whatsapp": App(label="WhatsApp", reports=_NETWORK | {SEEN, REPLY, BLOCKED}, gestures=_TALK | {BLOCK}),
    "telegram": App(label="Telegram", reports=frozenset({REPLY, BLOCKED}), gestures=_TALK | {BLOCK}),
    "rcs": App(label="RCS", reports=_NETWORK | {SEEN, REPLY}, gestures=_TALK),
    "voice": App(
        label=gettext_noop("Phone"),
        reports=frozenset({PICKED_UP, VOICEMAIL, NO_ANSWER}),
        gestures=frozenset({PICK_UP, LET_RING, MACHINE}),
    ),
    "messenger": App(label="Messenger", reports=frozenset({DELIVERED, SEEN, REPLY}), gestures=_TALK),
    "instagram": App(label="Instagram", reports=frozenset({SEEN, REPLY}), gestures=_TALK),
    "vk": App(label="VK", reports=frozenset({SEEN, REPLY, BLOCKED}), gestures=_TALK | {BLOCK}),
    "call_task": App(
        label=gettext_noop("A colleague calls"),
        reports=frozenset({PICKED_UP, NO_ANSWER}),
        gestures=frozenset({PICK_UP, LET_RING}),
    ),
}

# What a recipient answers who wants no more, by the language of the message.
STOP_ANSWERS = {"en": "STOP", "es": "BAJA", "ru": "СТОП", "uk": "СТОП"}
ANSWERS = {"en": "Thanks!", "es": "¡Gracias!", "ru": "Спасибо!", "uk": "Дякую!"}
