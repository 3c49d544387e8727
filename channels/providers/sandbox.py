"""The sandbox vendor that ships with the product: takes everything, sends nothing, plays the audience."""

import json
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from channels.errors import ErrorClass, InvalidWebhook
from channels.events import Event, EventType, RejectReason
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.moments import read_moment
from channels.provider import AccountSettings, Capabilities, FieldKind, Provider, SettingsField, WebhookRequest
from channels.sandbox import vocabulary as words
from channels.sandbox.preferences import FAULTS
from channels.signing import is_signed
from channels.stop_words import is_stop
from channels.transport import Response, status_error

EVENTS: dict[str, EventType] = {
    words.SENT: EventType.SENT,
    words.DELIVERED: EventType.DELIVERED,
    words.UNDELIVERED: EventType.FAILED,
    words.BOUNCED: EventType.BOUNCED,
    words.EXPIRED: EventType.EXPIRED,
    words.SEEN: EventType.OPENED,
    words.REPLY: EventType.REPLIED,
    words.BLOCKED: EventType.UNSUBSCRIBED,
    words.SPAM: EventType.COMPLAINED,
    words.PICKED_UP: EventType.ANSWERED,
    words.VOICEMAIL: EventType.ANSWERED,
    words.NO_ANSWER: EventType.FAILED,
}
REASONS = {
    words.UNDELIVERED: RejectReason.OTHER,
    words.NO_ANSWER: RejectReason.OTHER,
    words.BOUNCED: RejectReason.BOUNCED,
    words.EXPIRED: RejectReason.EXPIRED,
}
# What says that the address will never work. Whoever did not answer, or was out of reach for a while, has a good one.
HOPELESS = frozenset({words.UNDELIVERED, words.BOUNCED})
REFUSALS = {
    "invalid_recipient": ErrorClass.RECIPIENT,
    "opted_out": ErrorClass.OPTED_OUT,
    "content_refused": ErrorClass.CONTENT,
    "sender_refused": ErrorClass.ACCOUNT,
}
# What the vendor calls as we do.
SAME_NAMES = ("key", "sender", "address", "text", "subject", "html", "image_url", "unsubscribe_url", "language")
MESSENGERS = {Channel.VIBER, Channel.WHATSAPP, Channel.TELEGRAM, Channel.RCS, Channel.MESSENGER, Channel.INSTAGRAM}
WITH_IMAGES = MESSENGERS | {Channel.VK, Channel.EMAIL, Channel.PUSH}
MAX_VALIDITY = {
    Channel.SMS: timedelta(hours=72),
    Channel.VIBER: timedelta(days=14),
    Channel.WHATSAPP: timedelta(days=30),
    Channel.RCS: timedelta(days=28),
    Channel.PUSH: timedelta(days=28),
}


def _capabilities(channel: Channel) -> Capabilities:
    """What the sandbox can do on `channel`: it reports what real vendors of that kind do, and no more."""
    reported = words.APPS[channel].reports
    opt_out = {EventType.UNSUBSCRIBED} if words.REPLY in reported else set()
    return Capabilities(
        reports=frozenset(EVENTS[word] for word in reported) | opt_out,
        max_validity=MAX_VALIDITY.get(channel),
        has_images=channel in WITH_IMAGES,
        has_buttons=channel in WITH_IMAGES - {Channel.PUSH},
        has_pixel=channel is Channel.EMAIL,
    )


class SandboxProvider(Provider):
    """Speaks to `python -m channels.sandbox` over HTTP, a hundred messages a request."""

    key = "sandbox"
    label = _("Sandbox (sends nothing)")
    channels: ClassVar = {channel: _capabilities(channel) for channel in Channel}
    has_webhooks = True
    settings_fields = (
        SettingsField(name="url", label=_("Address of the sandbox"), kind=FieldKind.URL),
        SettingsField(name="api_key", label=_("API key"), kind=FieldKind.SECRET),
        SettingsField(name="webhook_secret", label=_("Webhook secret"), kind=FieldKind.SECRET),
        SettingsField(
            name="deduplicates_hours",
            label=_("Hours for which a repeated key is recognised"),
            kind=FieldKind.NUMBER,
            default=24,
            help_text=_("0 makes it behave like most vendors: it sends a repeated message again."),
        ),
        SettingsField(
            name="batch_size", label=_("Messages in one request"), kind=FieldKind.NUMBER, default=100, is_required=False
        ),
    )
    sender_fields = (
        SettingsField(
            name="fault",
            label=_("What goes wrong"),
            kind=FieldKind.CHOICE,
            is_required=False,
            choices=(("", _("Nothing")), *((fault, _(words)) for fault, words in FAULTS.items())),
        ),
    )
    in_flight = 8

    def __init__(self, account: AccountSettings) -> None:
        super().__init__(account)
        self.batch_size = min(max(int(account.settings.get("batch_size") or 100), 1), 1000)
        self._deduplicates_for = timedelta(hours=int(account.settings.get("deduplicates_hours") or 0))

    def capabilities(self, channel: Channel) -> Capabilities:
        """As the class says, with the promise about repeated keys that this account is set to."""
        known = vars(self.channels[channel])
        return Capabilities(**known | {"deduplicates_for": self._deduplicates_for or None})

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message."""
        return (await self.send_batch([message]))[0]

    async def send_batch(self, batch: Sequence[OutboundMessage]) -> list[Receipt]:
        """Send up to `batch_size` messages in one request. Raises SendError."""
        order = {
            "callback_url": self.account.webhook_url,
            "deduplicate": bool(self._deduplicates_for),
            "messages": [_ordered(message) for message in batch],
        }
        answer = await self._ask("POST", "/api/messages", body=json.dumps(order).encode())
        return [read_receipt(result) for result in answer.json()["results"]]

    async def greet(self) -> str:
        """Ask the sandbox whose key this is. Raises SendError."""
        return self.transport.redacted((await self._ask("GET", "/api/account")).text())

    async def _ask(self, method: str, path: str, *, body: bytes = b"") -> Response:
        headers = {"Authorization": f"Bearer {self.account.settings['api_key']}", "Content-Type": "application/json"}
        url = str(self.account.settings["url"]).rstrip("/") + path
        answer = await self.transport.request(
            method, url, headers=headers, body=body or b"", within=self.request_timeout
        )
        error = status_error(answer, told=self.transport.redacted(answer.text()))
        if error is not None:
            raise error
        return answer

    def verify(self, request: WebhookRequest) -> None:
        """Check the signature over time and raw body. Raises InvalidWebhook."""
        is_genuine = is_signed(
            str(self.account.settings.get("webhook_secret", "")),
            timestamp=request.headers.get("x-sandbox-timestamp", ""),
            body=request.body,
            claimed=request.headers.get("x-sandbox-signature", ""),
            now=time.time(),
        )
        if not is_genuine:
            raise InvalidWebhook

    def parse_events(self, request: WebhookRequest) -> list[Event]:
        """The events of one report, which may be many."""
        return [_event(told) for told in json.loads(request.body)["events"]]


def _ordered(message: OutboundMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in SAME_NAMES} | {
        "channel": message.channel.value,
        "buttons": [{"label": button.label, "url": button.url} for button in message.buttons],
        "validity": message.validity.total_seconds() if message.validity else None,
        "fault": message.sender_settings.get("fault", ""),
    }


def read_receipt(result: dict[str, str]) -> Receipt:
    """The receipt in one element of the `results` that the sandbox answers."""
    if result["status"] == "accepted":
        return Receipt(key=result["key"], status=ReceiptStatus.ACCEPTED, vendor_message_id=result["id"])
    return Receipt(
        key=result["key"],
        status=ReceiptStatus.FAILED,
        error_class=REFUSALS.get(result["error"], ErrorClass.CONTENT),
        code=result["error"],
        detail=result["detail"],
    )


def _event(told: dict[str, Any]) -> Event:
    word, text = str(told.get("type", "")), str(told.get("text", ""))
    kind = EVENTS.get(word, EventType.UNKNOWN)
    return Event(
        type=EventType.UNSUBSCRIBED if kind is EventType.REPLIED and is_stop(text) else kind,
        occurred_at=read_moment(str(told.get("occurred", ""))),
        vendor_event_id=str(told.get("event_id", "")),
        vendor_message_id=str(told.get("message_id", "")),
        reference=str(told.get("client_key", "")),
        address=str(told.get("address", "")),
        text=text,
        reject_reason=REASONS.get(word),
        error_class=ErrorClass.RECIPIENT if word in HOPELESS else None,
        code=word,
        is_machine=word == words.VOICEMAIL,
        raw=told,
    )
