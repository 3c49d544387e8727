"""What the vendor does with messages: takes them, lets things happen to them, and notes what to report."""

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels.sandbox.audience import CALLS, plan
from channels.sandbox.preferences import FaultRule, Preferences, as_json, changed
from channels.sandbox.rows import Message
from channels.sandbox.store import Store
from channels.sandbox.vocabulary import (
    APPS,
    BLOCK,
    BLOCKED,
    BOUNCED,
    CLICK,
    COMPLAIN,
    DELIVER,
    DELIVERED,
    EXPIRE,
    EXPIRED,
    FAIL,
    FOLLOWED,
    LET_RING,
    MACHINE,
    NO_ANSWER,
    ONE_CLICK,
    OPEN,
    PICK_UP,
    PICKED_UP,
    REPLY,
    SCAN,
    SCANNED,
    SEEN,
    SENT,
    SPAM,
    UNDELIVERED,
    UNSUBSCRIBED,
    VOICEMAIL,
)

MAX_TEXT = 200_000
MAX_BATCH = 1_000
SETTINGS = "preferences"
# Gesture → the words that it leaves in the message's history, and the state it leaves the message in.
HAPPENS: dict[str, tuple[tuple[str, ...], str]] = {
    DELIVER: ((SENT, DELIVERED), "delivered"),
    EXPIRE: ((EXPIRED,), "expired"),
    OPEN: ((SEEN,), "opened"),
    BLOCK: ((BLOCKED,), "blocked"),
    COMPLAIN: ((SPAM,), "spam"),
    PICK_UP: ((PICKED_UP,), "answered"),
    MACHINE: ((VOICEMAIL,), "voicemail"),
    LET_RING: ((NO_ANSWER,), "missed"),
    CLICK: ((FOLLOWED,), "opened"),
    SCAN: ((SCANNED,), ""),
    ONE_CLICK: ((UNSUBSCRIBED,), ""),
}
# What may happen to one message again and again.
REPEATABLE = frozenset({REPLY, FOLLOWED})
READ_BY = frozenset({OPEN, CLICK, PICK_UP, LET_RING, BLOCK, COMPLAIN})


def words_of(channel: str, gesture: str) -> tuple[str, ...]:
    """The words that `gesture` leaves in the history of a message on `channel`."""
    if gesture == FAIL:
        return (BOUNCED,) if channel == "email" else (UNDELIVERED,)
    return HAPPENS[gesture][0] if gesture in HAPPENS else (REPLY,)


class BadRequest(Exception):
    """The request cannot be understood; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One message as it was ordered through the API."""

    key: str
    channel: str
    sender: str
    address: str
    text: str
    subject: str
    html: str
    image_url: str
    buttons: list[dict[str, str]]
    unsubscribe_url: str
    language: str
    validity: float | None
    fault: str


def read_order(told: Mapping[str, Any]) -> Order:
    """The order in one element of a request's `messages`. Raises BadRequest."""
    channel = str(told.get("channel", ""))
    if channel not in APPS:
        raise BadRequest(f"unknown channel {channel[:40]}")
    if not told.get("key") or not told.get("address"):
        raise BadRequest("key and address are needed")
    texts = {name: str(told.get(name) or "") for name in ("subject", "text", "html", "image_url", "unsubscribe_url")}
    if sum(map(len, texts.values())) > MAX_TEXT:
        raise BadRequest("text too long")
    validity = told.get("validity")
    return Order(
        key=str(told["key"])[:200],
        channel=channel,
        sender=str(told.get("sender", ""))[:200],
        address=str(told["address"])[:500],
        buttons=[{"label": str(one["label"]), "url": str(one["url"])} for one in told.get("buttons", [])],
        language=str(told.get("language", ""))[:10],
        validity=float(validity) if validity is not None else None,
        fault=str(told.get("fault", "")),
        **texts,
    )


class Vendor:
    """Rules of the sandbox vendor over its store; no network."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.preferences = changed(Preferences(), store.setting(SETTINGS) or {})

    def change(self, told: Mapping[str, Any]) -> None:
        """Change the settings by parsed JSON, and keep them. Raises BadPreferences."""
        self.keep(changed(self.preferences, told))

    def keep(self, preferences: Preferences) -> None:
        """Use and keep `preferences`."""
        self.preferences = preferences
        self.store.keep_setting(SETTINGS, as_json(preferences))

    def take(
        self,
        orders: Iterable[tuple[Order, FaultRule | None]],
        *,
        account: str,
        callback_url: str,
        is_deduplicating: bool,
    ) -> dict[str, str]:
        """Take the ordered messages, each once per key if `is_deduplicating`, and give the vendor's id by key."""
        taken: dict[str, str] = {}
        with self.store.transaction():
            for order, fault in orders:
                known = self.store.repeated(account=account, key=order.key) if is_deduplicating else None
                taken[order.key] = known or self._take_one(order, fault, account=account, callback_url=callback_url)
        self.store.prune()
        return taken

    def _take_one(self, order: Order, fault: FaultRule | None, *, account: str, callback_url: str) -> str:
        now = time.time()
        vendor_id = f"sb_{secrets.token_hex(8)}"
        row = {name: value for name, value in vars(order).items() if name != "fault"}
        message_id = self.store.add(
            row
            | {
                "vendor_id": vendor_id,
                "account": account,
                "buttons": json.dumps(order.buttons),
                "callback_url": callback_url,
                "receipt_fault": fault.fault if fault else "",
                "fault_seconds": fault.seconds if fault else 0,
                "created_at": now,
            }
        )
        self._plan(message_id, order, fault, now=now)
        return vendor_id

    def _plan(self, message_id: int, order: Order, fault: FaultRule | None, *, now: float) -> None:
        if fault and fault.fault == "undelivered":
            self.store.plan([(now + 1 / self.preferences.time_factor, message_id, FAIL, "")])
            return
        if fault and fault.fault == "receipt_first":
            self.store.plan([(now, message_id, DELIVER, "")])
        planned = plan(
            key=order.key,
            channel=order.channel,
            address=order.address,
            language=order.language,
            validity=order.validity,
            preferences=self.preferences,
        )
        self.store.plan((now + one.after, message_id, one.gesture, one.value) for one in planned)

    def happen(self, message: Message, gesture: str, text: str = "") -> None:
        """Let `gesture` have its effect: history, state, reports. What can happen once happens once."""
        words, state = self._effect(message, gesture)
        with self.store.transaction():
            for word in words:
                if word in REPEATABLE or not self.store.has_happened(message.id, word):
                    self.tell(message, word, text=text)
            self.store.mark(message.id, state=state or message.state, is_read=gesture in READ_BY)

    def _effect(self, message: Message, gesture: str) -> tuple[tuple[str, ...], str]:
        words = words_of(message.channel, gesture)
        if gesture == FAIL:
            return words, "undelivered"
        if gesture == DELIVER and message.state != "accepted":
            return words, ""
        return words, HAPPENS[gesture][1] if gesture in HAPPENS else ""

    def take_over(self, message: Message) -> None:
        """A hand holds the phone from here on: the message has arrived, and nobody plays its recipient."""
        self.store.forget_plan(message.id)
        if message.state == "accepted" and message.channel not in CALLS:
            self.happen(message, DELIVER)

    def tell(self, message: Message, word: str, *, text: str = "", at: float | None = None, event_id: str = "") -> None:
        """Note that `word` happened, and report it if the vendor reports such things on this channel."""
        moment = time.time() if at is None else at
        is_reported = word in APPS[message.channel].reports and message.receipt_fault != "no_receipts"
        happening = self.store.record(message.id, word, at=moment, text=text, is_reported=is_reported)
        if not is_reported or not message.callback_url:
            return
        body = {
            "event_id": event_id or f"ev_{message.vendor_id[3:]}_{happening}",
            "type": word,
            "message_id": message.vendor_id,
            "client_key": message.key,
            "address": message.address,
            "occurred": datetime.fromtimestamp(moment, UTC).isoformat(),
            "text": text,
        }
        for due_at in _report_times(message, word):
            self.store.add_report(
                account=message.account, callback_url=message.callback_url, body=json.dumps(body), due_at=due_at
            )


def _report_times(message: Message, word: str) -> list[float]:
    """When to report: once and now, unless the message's fault says otherwise."""
    now = time.time()
    match message.receipt_fault:
        case "duplicate_receipts":
            return [now, now + 0.5]
        case "late_receipts":
            return [now + message.fault_seconds]
        case "out_of_order_receipts" if word in {SENT, DELIVERED}:
            return [now + message.fault_seconds]
    return [now]
