"""The contract of a provider: code that speaks one vendor's API.

A provider knows nothing of campaigns, contacts or the database. docs/adding-a-provider.md tells how
to write one; tests/channels/providers/contract.py holds the cases that every one of them passes.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise

from channels.errors import ErrorClass, NotSupported, SendError
from channels.events import Event, EventType
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus


class FieldKind(StrEnum):
    """How a settings field is asked for in the dashboard."""

    TEXT = "text"
    SECRET = "secret"
    URL = "url"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LONG_TEXT = "long_text"


@dataclass(frozen=True, kw_only=True)
class SettingsField:
    """One thing an admin tells about an account. SECRET ones are encrypted and never shown again."""

    name: str
    label: str | Promise
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = True
    help_text: str | Promise = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()
    default: str | bool | int = ""


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
    """An account as its provider sees it: decrypted, and never logged (`repr` hides the values)."""

    account_id: int
    settings: Mapping[str, Any] = field(repr=False)
    webhook_url: str = ""


class Provider(ABC):
    """One vendor. An instance serves one account, inside one event loop."""

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    channels: ClassVar[Mapping[Channel, Capabilities]]
    settings_fields: ClassVar[Sequence[SettingsField]] = ()
    # What an admin has to tell of a sender, beside its identity.
    sender_fields: ClassVar[Sequence[SettingsField]] = ()
    has_webhooks: ClassVar[bool] = False
    # Requests that one worker may have under way at once.
    in_flight: ClassVar[int] = 32
    # No request may take longer; the engine keeps that much of its lease before starting one.
    request_timeout: ClassVar[timedelta] = timedelta(seconds=20)

    def __init__(self, account: AccountSettings) -> None:
        self.account = account

    def capabilities(self, channel: Channel) -> Capabilities:
        """What this account can do on `channel`; an account's settings may change it."""
        return self.channels[channel]

    async def send_many(self, messages: Sequence[OutboundMessage]) -> AsyncIterator[Receipt]:
        """Send `messages` and yield one receipt for each, in the order the answers come.

        Never raises for one message: whatever happened to it is in its receipt. Vendors that take many
        recipients in one request override this; the others only `send`.
        """
        limit = asyncio.Semaphore(self.in_flight)

        async def send_one(message: OutboundMessage) -> Receipt:
            async with limit:
                return await self._send_safely(message)

        for finished in asyncio.as_completed([send_one(message) for message in messages]):
            yield await finished

    async def _send_safely(self, message: OutboundMessage) -> Receipt:
        try:
            return await self.send(message)
        except SendError as error:
            return failed(message, error)
        except Exception as error:  # a defect of ours must not be repeated on the person's phone
            return failed(message, SendError(ErrorClass.UNKNOWN, detail=type(error).__name__))

    @abstractmethod
    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message. Gives the receipt of an accepted one; raises SendError for all else."""

    async def test_connection(self) -> ConnectionTest:
        """Ask the vendor something harmless with these credentials."""
        raise NotSupported("this vendor has nothing to test with")

    def verify(self, request: WebhookRequest) -> None:
        """Prove on the raw bytes that `request` comes from the vendor; raises InvalidWebhook."""
        raise NotSupported("this vendor sends no webhooks")

    def parse_events(self, request: WebhookRequest) -> list[Event]:
        """The events told by a verified request. A word we do not know becomes EventType.UNKNOWN."""
        raise NotSupported("this vendor sends no webhooks")

    async def close(self) -> None:  # noqa: B027  most providers keep nothing open
        """Close what the provider keeps open between messages."""


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
