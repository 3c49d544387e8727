"""Any gateway that takes a message as JSON over HTTP, described by an admin."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.errors import ErrorClass, InvalidWebhook, SendError
from channels.events import Event, EventType, RejectReason
from channels.gateway_settings import ERROR_WORDS, EVENT_WORDS, FIELDS, complaints, header_lines, header_value, table
from channels.http_client import MAX_CONNECTIONS
from channels.json_path import at, text_at
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.moments import read_moment
from channels.placeholders import fill, in_json, in_url, names
from channels.provider import AccountSettings, Capabilities, Provider, WebhookRequest
from channels.signing import is_same
from channels.stop_words import is_stop
from channels.transport import Response, status_error

LONGEST_VALIDITY = timedelta(days=7)
REASONS = {
    EventType.BOUNCED: RejectReason.BOUNCED,
    EventType.FAILED: RejectReason.OTHER,
    EventType.EXPIRED: RejectReason.EXPIRED,
}


def _digits(address: str) -> str:
    return "".join(sign for sign in address if sign.isdigit())


# What a placeholder stands for; the account's own values come on top.
VALUES: Mapping[str, Callable[[OutboundMessage], str]] = {
    "to": lambda message: message.address,
    "to_digits": lambda message: _digits(message.address),
    "text": lambda message: message.text,
    "subject": lambda message: message.subject,
    "html": lambda message: message.html,
    "sender": lambda message: message.sender,
    "key": lambda message: message.key,
    "channel": lambda message: message.channel.value,
    "language": lambda message: message.language,
    "image_url": lambda message: message.image_url,
    "unsubscribe_url": lambda message: message.unsubscribe_url,
    "validity_seconds": lambda message: str(int((message.validity or LONGEST_VALIDITY).total_seconds())),
}


class GenericHttpProvider(Provider):
    """Speaks as the account's settings say."""

    key = "generic_http"
    label = _("Any JSON gateway")
    channels: ClassVar = {channel: Capabilities(reports=frozenset()) for channel in Channel}
    settings_fields = FIELDS
    has_webhooks = True

    def __init__(self, account: AccountSettings) -> None:
        super().__init__(account)
        self._told = {asked.name: str(account.settings.get(asked.name) or "") for asked in FIELDS}
        self.in_flight = min(max(int(self._told["requests_at_once"] or 64), 1), MAX_CONNECTIONS)
        self._errors = table(self._told["error_words"])
        self._words = table(self._told["status_words"])
        self._headers = header_lines(self._told["headers"])
        self._values = {
            **VALUES,
            "webhook_url": lambda _: self.account.webhook_url,
            "secret": lambda _: self._told["secret"],
        }
        used = names(" ".join((self._told["url"], self._told["headers"], self._told["body"])))
        self._used = used & self._values.keys()

    @classmethod
    def validate_settings(cls, settings: Mapping[str, Any]) -> dict[str, str | Promise]:
        """Everything that would fail only at the first message is found here."""
        return complaints(settings)

    def capabilities(self, channel: Channel) -> Capabilities:
        """What the settings make possible: the statuses that are mapped, and a promise that was ticked."""
        reported = {EVENT_WORDS[word] for word in self._words.values()} if self._told["webhook_secret"] else set()
        if self._told["webhook_secret"] and self._told["event_text_path"]:
            reported |= {EventType.REPLIED, EventType.UNSUBSCRIBED}
        used = names(self._told["body"])
        has_promise = bool(self.account.settings.get("deduplicates"))
        return Capabilities(
            reports=frozenset(reported),
            deduplicates_for=timedelta(hours=int(self._told["deduplicates_hours"] or 24)) if has_promise else None,
            max_validity=LONGEST_VALIDITY if "validity_seconds" in used else None,
            has_images="image_url" in used,
            has_pixel=channel is Channel.EMAIL and "html" in used,
        )

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message as the settings say. Raises SendError."""
        values = {name: self._values[name](message) for name in self._used}
        headers = {"Content-Type": "application/json"}
        headers |= {name: header_value(value, values) for name, value in self._headers.items()}
        if self._told["key_header"]:
            headers[self._told["key_header"]] = message.key
        answer = await self.transport.request(
            self._told["method"] or "POST",
            fill(self._told["url"], values, in_url),
            headers=headers,
            body=fill(self._told["body"], values, in_json).encode(),
            within=self.request_timeout,
        )
        return self._receipt(message, answer)

    def _receipt(self, message: OutboundMessage, answer: Response) -> Receipt:
        """The vendor's own success, or its error. Raises SendError.

        A gateway's code counts before the status, as many answer errors with 200. Where an answer should be
        readable and is not (a proxy's page), the message is unknown.
        """
        told = _parsed(answer.body)
        code = text_at(told, self._told["error_path"])
        if code.lower() in self._errors:
            raise SendError(ERROR_WORDS[self._errors[code.lower()]], code=code, detail=self._said(answer))
        error = None if answer.is_success else status_error(answer, told=self._said(answer))
        if error is not None:
            raise error
        self._require_success(told, answer, code=code)
        return Receipt(
            key=message.key, status=ReceiptStatus.ACCEPTED, vendor_message_id=text_at(told, self._told["id_path"])
        )

    def _said(self, answer: Response) -> str:
        return self.transport.redacted(answer.text())

    def _require_success(self, told: Any, answer: Response, *, code: str) -> None:
        path, wanted = self._told["success_path"], self._told["success_value"]
        found = text_at(told, path)
        if path and found and found.lower() != wanted.lower():
            raise SendError(ErrorClass.CONTENT, code=code or found, detail=self._said(answer))
        if (path and not found) or (self._told["id_path"] and not text_at(told, self._told["id_path"])):
            raise SendError(ErrorClass.UNKNOWN, code="unreadable_answer", detail=self._said(answer))

    def verify(self, request: WebhookRequest) -> None:
        """Compare the secret that came with the one that was agreed. Raises InvalidWebhook."""
        name = self._told["webhook_secret_name"] or "X-Webhook-Secret"
        places = {"header": request.headers.get(name.lower(), ""), "query": request.query.get(name, "")}
        claimed = places[self._told["webhook_secret_in"] or "header"]
        if not is_same(self._told["webhook_secret"], claimed):
            raise InvalidWebhook

    def parse_events(self, request: WebhookRequest) -> list[Event]:
        """The events of one report: JSON, or a form."""
        told = _parsed(request.body)
        if told is None:
            told = dict(parse_qsl(request.body.decode(errors="replace")))
        listed = at(told, self._told["events_path"]) if self._told["events_path"] else told
        return [self._event(one) for one in (listed if isinstance(listed, list) else [listed])]

    def _event(self, told: Any) -> Event:
        word = text_at(told, self._told["event_status_path"])
        text = text_at(told, self._told["event_text_path"])
        ours = self._words.get(word.lower(), "")
        kind = EVENT_WORDS.get(ours, EventType.REPLIED if text and not word else EventType.UNKNOWN)
        return Event(
            type=EventType.UNSUBSCRIBED if kind is EventType.REPLIED and is_stop(text) else kind,
            occurred_at=read_moment(text_at(told, self._told["event_time_path"])),
            vendor_message_id=text_at(told, self._told["event_id_path"]),
            reference=text_at(told, self._told["event_key_path"]),
            address=text_at(told, self._told["event_address_path"]),
            text=text,
            reject_reason=REASONS.get(kind),
            code=word,
            raw=told if isinstance(told, dict) else {"told": told},
        )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
