"""The sandbox without its server: the same audience, asked in this process, on the lane's time.

It answers as the sandbox does, reports through the product's webhook, and its people follow the links and load the
pictures that stand in their messages.
"""

import json
import random
import re
import time
import uuid
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.conf import settings

from campaigns.engine import opting_out
from campaigns.links import LinkKind, parse_click, parse_signed
from campaigns.models.consent import ConsentSource
from campaigns.sample.history.lane import Lane
from campaigns.signals_policy import APPLE_PROXY, SignalKind
from campaigns.visits import Knock, keep
from channels.messages import OutboundMessage, Receipt
from channels.models import Account
from channels.opening import open_provider, webhook_url
from channels.provider import WebhookRequest
from channels.providers.sandbox import read_receipt
from channels.sandbox import browser
from channels.sandbox.audience import plan
from channels.sandbox.preferences import Preferences
from channels.sandbox.vendor import words_of
from channels.sandbox.vocabulary import APPS, CLICK, EXPIRE, FAIL, ONE_CLICK, OPEN, SCAN
from channels.signing import signature
from channels.views import webhooks

REPORTS_PER_REQUEST = 100
# Of those whose message does not arrive, so many have no such number or mailbox; the others are only out of reach.
HOPELESS_SHARE = 0.12
# The mail program of so many loads every picture by itself.
PROXIED_SHARE = 0.14
PREFETCH = "prefetch"


class Gesture(NamedTuple):
    """What somebody will do with `message` at `at`; `serial` tells apart what happens at the same instant."""

    at: datetime
    serial: int
    name: str
    value: str
    message: OutboundMessage
    vendor_id: str


@dataclass
class PlayedVendor:
    """The vendor of one campaign: `preferences` are how its audience behaves, `refuse` whom it refuses, and why.

    `account` is the sandbox's in the product.
    """

    account: Account
    lane: Lane
    preferences: Preferences
    refuse: Callable[[OutboundMessage], str] = lambda _message: ""
    _coming: list[Gesture] = field(default_factory=list)
    _serial: int = 0

    def take(self, messages: Sequence[OutboundMessage]) -> list[Receipt]:
        """Take `messages` at the lane's time, and plan what their recipients will do."""
        now = self.lane.now
        receipts = [self._take_one(message, now) for message in messages]
        self._coming.sort()
        return receipts

    def happened_at(self, count: int) -> datetime | None:
        """When the next `count` gestures will have happened; None where fewer are to come."""
        return self._coming[count - 1].at if count <= len(self._coming) else None

    def happen(self) -> None:
        """Let everything happen that has come by now, and report it."""
        count = bisect_right(self._coming, self.lane.now, key=lambda gesture: gesture.at)
        due, self._coming = self._coming[:count], self._coming[count:]
        self._report([report for gesture in due for report in self._reports(gesture)])
        if knocks := [knock for gesture in due for knock in _knocks(gesture)]:
            keep(knocks)
        for gesture in due:
            if gesture.name == ONE_CLICK:
                _unsubscribe(gesture)

    def _take_one(self, message: OutboundMessage, now: datetime) -> Receipt:
        if error := self.refuse(message):
            return read_receipt({"key": message.key, "status": "refused", "error": error, "detail": _DETAILS[error]})
        vendor_id = f"sb_{uuid.UUID(message.key).hex[:16]}"
        validity = message.validity.total_seconds() if message.validity else None
        for planned in plan(
            key=message.key,
            channel=message.channel.value,
            address=message.address,
            language=message.language,
            validity=validity,
            preferences=self.preferences,
        ):
            name, after = planned.gesture, planned.after
            if name == FAIL and validity and _luck(message, "hopeless").random() > HOPELESS_SHARE:
                name, after = EXPIRE, validity
            self._add(now + timedelta(seconds=after), name, message, vendor_id=vendor_id, value=planned.value)
        if "/o/" in message.html and (luck := _luck(message, "proxied")).random() < PROXIED_SHARE:
            self._add(now + timedelta(seconds=luck.uniform(20, 900)), PREFETCH, message, vendor_id=vendor_id)
        return read_receipt({"key": message.key, "status": "accepted", "id": vendor_id})

    def _add(self, at: datetime, name: str, message: OutboundMessage, *, vendor_id: str, value: str = "") -> None:
        self._serial += 1
        self._coming.append(Gesture(at, self._serial, name, value, message, vendor_id))

    def _reports(self, gesture: Gesture) -> list[dict[str, str]]:
        if gesture.name == PREFETCH:
            return []
        reported = APPS[gesture.message.channel.value].reports
        return [
            {
                "event_id": f"ev_{gesture.vendor_id[3:]}_{gesture.serial}_{place}",
                "type": word,
                "message_id": gesture.vendor_id,
                "client_key": gesture.message.key,
                "address": gesture.message.address,
                "occurred": self.lane.real(gesture.at).isoformat(),
                "text": gesture.value,
            }
            for place, word in enumerate(words_of(gesture.message.channel.value, gesture.name))
            if word in reported
        ]

    def _report(self, reports: Sequence[dict[str, str]]) -> None:
        """Tell the product through its webhook, many happenings a request."""
        batches = [reports[at : at + REPORTS_PER_REQUEST] for at in range(0, len(reports), REPORTS_PER_REQUEST)]
        if batches:
            webhooks.take([(self.account.webhook_token, self._request(batch)) for batch in batches])

    def _request(self, batch: Sequence[dict[str, str]]) -> WebhookRequest:
        body = json.dumps({"events": batch}).encode()
        timestamp = str(int(time.time()))
        return WebhookRequest(
            method="POST",
            path=webhook_url(self.account),
            query={},
            headers={
                "x-sandbox-timestamp": timestamp,
                "x-sandbox-signature": signature(self._secret, timestamp=timestamp, body=body),
            },
            body=body,
        )

    @cached_property
    def _secret(self) -> str:
        return str(open_provider(self.account).account.settings["webhook_secret"])


def _luck(message: OutboundMessage, about: str) -> random.Random:
    return random.Random(f"{about}:{message.key}")  # noqa: S311  people are to be repeatable, not unguessable


_DETAILS = {"invalid_recipient": "no such number", "content_refused": "the text is taken for advertising of gambling"}


def _knocks(gesture: Gesture) -> list[Knock]:
    """The requests that a gesture makes to the product."""
    message = gesture.message
    if gesture.name == OPEN and message.channel.value == "email":
        agent = browser.chosen(message.key, browser.PHONES)
        return _pictures(gesture, browser.PICTURE_PROXY if agent == browser.PHONES[0] else agent)
    if gesture.name == PREFETCH:
        return _pictures(gesture, APPLE_PROXY)
    if gesture.name == CLICK:
        return _clicks(gesture, "GET", browser.chosen(message.key, browser.PHONES))[:1]
    return _scans(gesture) if gesture.name == SCAN else []


def _scans(gesture: Gesture) -> list[Knock]:
    """All links at once, as gateways and previewers do."""
    message = gesture.message
    previewer = browser.PREVIEWERS.get(message.channel.value)
    agent = previewer or browser.chosen(message.key, browser.MAIL_SCANNERS)
    traps = [
        Knock(kind=SignalKind.TRAP, method="GET", user_agent=agent, attempt_id=attempt_id, at=gesture.at)
        for attempt_id in _signed(message, LinkKind.TRAP, "t")
    ]
    return [*traps, *_clicks(gesture, "GET", agent)]


def _clicks(gesture: Gesture, method: str, agent: str) -> list[Knock]:
    found = dict.fromkeys(filter(None, map(parse_click, _addresses(gesture.message, "c"))))
    return [
        Knock(kind=SignalKind.CLICK, method=method, user_agent=agent, token=token, position=position, at=gesture.at)
        for token, position in found
    ]


def _pictures(gesture: Gesture, agent: str) -> list[Knock]:
    return [
        Knock(kind=SignalKind.OPEN, method="GET", user_agent=agent, attempt_id=attempt_id, at=gesture.at)
        for attempt_id in _signed(gesture.message, LinkKind.OPEN, "o")
    ]


def _unsubscribe(gesture: Gesture) -> None:
    for attempt_id in _signed(gesture.message, LinkKind.UNSUBSCRIBE, "u")[:1]:
        opting_out.opt_out(
            attempt_id=attempt_id, scope=opting_out.CHANNEL, source=ConsentSource.UNSUBSCRIBE, at=gesture.at
        )


def _signed(message: OutboundMessage, kind: LinkKind, place: str) -> list[int]:
    told = dict.fromkeys(found.removesuffix(".gif") for found in _addresses(message, place))
    return [attempt_id for text in told if (attempt_id := parse_signed(kind, text)) is not None]


def _addresses(message: OutboundMessage, place: str) -> list[str]:
    """What stands behind our own addresses of a kind, wherever it is in the message."""
    everywhere = " ".join(
        [message.html or message.text, message.unsubscribe_url, *(one.url for one in message.buttons)]
    )
    return re.findall(rf"{re.escape(settings.PUBLIC_URL)}/{place}/([0-9A-Za-z.]+)", everywhere)
