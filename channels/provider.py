"""The contract of a provider: code that speaks one vendor's API.

A provider knows nothing of campaigns, contacts or the database. docs/adding-a-provider.md tells how
to write one; tests/channels/providers/contract.py holds the cases that every one of them passes.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.functional import Promise

from channels.errors import ErrorClass, NotSupported, SendError
from channels.events import Event, EventType
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.settings_fields import FieldKind, SettingsField, check_fields
from channels.transport import Transport

__all__ = [
    "AccountSettings",
    "Capabilities",
    "ConnectionTest",
    "FieldKind",
    "Provider",
    "SettingsField",
    "WebhookRequest",
    "failed",
]


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a provider can do on one channel.

    `reports` are the events it tells of by itself (our own links and pixel come on top where the
    channel can carry them). `deduplicates_for` is how long the vendor promises to recognise a repeated
    key, None where it promises nothing. `max_validity` is None where the vendor has no validity period.
    """

    reports: frozenset[EventType]
    deduplicates_for: timedelta | None = None
    max_validity: timedelta | None = None
    has_images: bool = False
    has_buttons: bool = False
    has_pixel: bool = False


@dataclass(frozen=True, kw_only=True)
class WebhookRequest:
    """An inbound request as it came: `body` are the raw bytes, header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class ConnectionTest:
    """What Test connection found, in the vendor's own words."""

    is_ok: bool
    answer: str


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """An account as its provider sees it: decrypted, and never logged (`repr` hides the values).

    `private_hosts` are the "host:port" on private networks that its connections may reach.
    """

    account_id: int
    settings: Mapping[str, Any] = field(repr=False)
    webhook_url: str = ""
    private_hosts: frozenset[str] = frozenset()


class Provider(ABC):
    """One vendor. An instance serves one account, inside one event loop."""

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    channels: ClassVar[Mapping[Channel, Capabilities]]
    settings_fields: ClassVar[Sequence[SettingsField]] = ()
    # What an admin has to tell of a sender, beside its identity.
    sender_fields: ClassVar[Sequence[SettingsField]] = ()
    has_webhooks: ClassVar[bool] = False
    # Messages that one request carries. Whoever has more than one overrides `send_batch`.
    batch_size: int = 1
    # Requests that one worker may have under way at once.
    in_flight: int = 32
    # No request may take longer; the engine keeps that much of its lease before starting one.
    request_timeout: timedelta = timedelta(seconds=20)

    def __init__(self, account: AccountSettings) -> None:
        self.account = account
        self.secrets = frozenset(self._secrets())
        self.transport = Transport(private_hosts=account.private_hosts, secrets=self.secrets)

    def _secrets(self) -> Iterator[str]:
        for asked in self.settings_fields:
            if asked.kind is FieldKind.SECRET and self.account.settings.get(asked.name):
                yield str(self.account.settings[asked.name])

    @classmethod
    def validate_settings(cls, settings: Mapping[str, Any]) -> dict[str, str | Promise]:
        """What is wrong with an account's `settings` (secrets included): a sentence by field, {} when nothing is."""
        return check_fields(cls.settings_fields, settings)

    @property
    def group_size(self) -> int:
        """Messages whose requests can start at once; no more of them may be marked as sending together."""
        return self.batch_size * self.in_flight

    def capabilities(self, channel: Channel) -> Capabilities:
        """What this account can do on `channel`; an account's settings may change it."""
        return self.channels[channel]

    async def send_many(self, messages: Sequence[OutboundMessage]) -> AsyncIterator[Receipt]:
        """Send `messages` and yield exactly one receipt for each, in the order the answers come.

        Never raises for one message: whatever happened to it is in its receipt.
        """
        size = self.batch_size
        batches = [messages[begin : begin + size] for begin in range(0, len(messages), size)]
        waiting = iter(batches)
        answered: list[Receipt] = []
        has_come = asyncio.Event()

        async def send_on() -> None:
            for batch in waiting:
                answered.extend(await self._send_safely(batch))
                has_come.set()

        left = len(messages)
        async with asyncio.TaskGroup() as senders:
            for _ in range(min(self.in_flight, len(batches))):
                senders.create_task(send_on())
            while left:
                await has_come.wait()
                has_come.clear()
                found = answered.copy()
                answered.clear()
                left -= len(found)
                for receipt in found:
                    yield receipt

    async def _send_safely(self, batch: Sequence[OutboundMessage]) -> list[Receipt]:
        try:
            receipts = {receipt.key: receipt for receipt in await self.send_batch(batch)}
        except SendError as error:
            return [failed(message, error) for message in batch]
        except Exception as error:  # noqa: BLE001  a defect of ours must not be repeated on the person's phone
            defect = SendError(ErrorClass.UNKNOWN, code="defect", detail=type(error).__name__)
            return [failed(message, defect) for message in batch]
        return [receipts.get(message.key) or _unanswered(message) for message in batch]

    async def send_batch(self, batch: Sequence[OutboundMessage]) -> list[Receipt]:
        """Send at most `batch_size` messages in one request. Raises SendError when it failed as a whole."""
        return [await self.send(message) for message in batch]

    @abstractmethod
    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message. Gives the vendor's receipt; raises SendError when there is none."""

    async def test_connection(self) -> ConnectionTest:
        """Whether the vendor takes these credentials. Raises NotSupported where nothing harmless can be asked."""
        try:
            return ConnectionTest(is_ok=True, answer=await self.greet())
        except SendError as error:
            return ConnectionTest(is_ok=False, answer=f"{error.code} {error.detail}".strip())

    async def greet(self) -> str:
        """Ask the vendor something harmless and give its own (redacted) answer. Raises SendError, NotSupported."""
        raise NotSupported("this vendor has nothing to test with")

    def verify(self, request: WebhookRequest) -> None:
        """Prove on the raw bytes that `request` comes from the vendor; raises InvalidWebhook."""
        raise NotSupported("this vendor sends no webhooks")

    def parse_events(self, request: WebhookRequest) -> list[Event]:
        """The events told by a verified request. A word we do not know becomes EventType.UNKNOWN."""
        raise NotSupported("this vendor sends no webhooks")

    def answer_check(self, request: WebhookRequest) -> str:
        """What the vendor wants to read when it asks (GET) whether the webhook's address is ours."""
        return "ok"

    async def close(self) -> None:
        """Close what the provider keeps open between messages."""
        await self.transport.close()


def _unanswered(message: OutboundMessage) -> Receipt:
    return failed(message, SendError(ErrorClass.UNKNOWN, code="not_in_answer"))


def failed(message: OutboundMessage, error: SendError) -> Receipt:
    """The receipt that tells of `error`."""
    is_unknown = error.error_class is ErrorClass.UNKNOWN
    return Receipt(
        key=message.key,
        status=ReceiptStatus.UNKNOWN if is_unknown else ReceiptStatus.FAILED,
        error_class=error.error_class,
        code=error.code,
        detail=error.detail,
        retry_after=error.retry_after,
    )
