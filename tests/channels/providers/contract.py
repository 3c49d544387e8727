"""What every provider passes, whoever its vendor is: inherit ProviderContract and say how the vendor is played.

The vendor is always a real server on this machine. docs/adding-a-provider.md tells how to begin.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from channels.errors import ErrorClass, InvalidWebhook, NotSupported
from channels.events import EventType
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.provider import FieldKind, Provider, WebhookRequest

SOON = timedelta(seconds=1)
HOW_MANY = 5


class Situation(StrEnum):
    """What the vendor does with a request."""

    ACCEPTS = "accepts"
    SERVER_ERROR = "server_error"  # a failure that leaves it open whether the message was taken
    THROTTLES = "throttles"
    RESETS = "resets"
    NEVER_ANSWERS = "never_answers"
    WRONG_CREDENTIALS = "wrong_credentials"


async def collect(provider: Provider, messages: list[OutboundMessage]) -> list[Receipt]:
    """All receipts, then the provider is closed."""
    try:
        return [receipt async for receipt in provider.send_many(messages)]
    finally:
        await provider.close()


class ProviderContract(ABC):
    """The cases. `secret` is the account's password, which nothing may show."""

    channel: Channel = Channel.SMS
    address: str = "+380671112233"
    sender: str = "SHOP"
    secret: str = "s3cr3t-of-the-account"

    @abstractmethod
    def vendor(self, situation: Situation) -> contextlib.AbstractAsyncContextManager[Provider]:
        """A provider whose account leads to a real server that behaves as `situation` says."""

    @abstractmethod
    def closed_vendor(self) -> Provider:
        """A provider whose account leads to a port where nobody listens."""

    def webhook(self) -> WebhookRequest:
        """A genuine report that the message "key-1" was delivered."""
        raise NotImplementedError

    def webhook_with_unknown_word(self) -> WebhookRequest:
        """A genuine report with a status that nobody has heard of."""
        raise NotImplementedError

    def hostile_webhooks(self) -> list[WebhookRequest]:
        """Reports that are not proved to come from the vendor."""
        raise NotImplementedError

    def receiver(self) -> Provider:
        """A provider that reads webhooks."""
        raise NotImplementedError

    def message(self, number: int = 1) -> OutboundMessage:
        """A plain message."""
        return OutboundMessage(
            key=f"key-{number}", channel=self.channel, sender=self.sender, address=self.address, text="Hello, Олена!"
        )

    def receipt(self, situation: Situation) -> Receipt:
        """What comes of one message in `situation`."""

        async def attempt() -> list[Receipt]:
            async with self.vendor(situation) as provider:
                provider.request_timeout = SOON
                return await collect(provider, [self.message()])

        (receipt,) = asyncio.run(attempt())
        assert receipt.key == "key-1"
        return receipt

    # --- sending ----------------------------------------------------------------------------------

    def test_an_accepted_message_has_the_vendors_id(self) -> None:
        receipt = self.receipt(Situation.ACCEPTS)
        assert receipt.status is ReceiptStatus.ACCEPTED
        assert receipt.vendor_message_id

    def test_every_message_gets_exactly_one_receipt(self) -> None:
        """One rejected recipient must not make a batch repeat to all others (mautic#7226)."""

        async def attempt() -> list[Receipt]:
            async with self.vendor(Situation.ACCEPTS) as provider:
                return await collect(provider, [self.message(number) for number in range(HOW_MANY)])

        receipts = asyncio.run(attempt())
        assert sorted(receipt.key for receipt in receipts) == [f"key-{number}" for number in range(HOW_MANY)]
        assert {receipt.status for receipt in receipts} == {ReceiptStatus.ACCEPTED}

    @pytest.mark.parametrize("situation", [Situation.SERVER_ERROR, Situation.RESETS, Situation.NEVER_ANSWERS])
    def test_what_may_have_been_taken_is_unknown(self, situation: Situation) -> None:
        """A provider's 503 counted as sent (listmonk#1530): unknown is neither sent nor failed."""
        receipt = self.receipt(situation)
        assert (receipt.status, receipt.error_class) == (ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN)

    def test_a_vendor_that_asks_to_wait_is_heard(self) -> None:
        receipt = self.receipt(Situation.THROTTLES)
        assert (receipt.status, receipt.error_class) == (ReceiptStatus.FAILED, ErrorClass.THROTTLED)
        assert receipt.retry_after is not None
        assert receipt.retry_after > timedelta()

    def test_a_closed_port_surely_sent_nothing(self) -> None:
        async def attempt() -> list[Receipt]:
            return await collect(self.closed_vendor(), [self.message()])

        (receipt,) = asyncio.run(attempt())
        assert (receipt.status, receipt.error_class) == (ReceiptStatus.FAILED, ErrorClass.NOT_SENT)

    def test_wrong_credentials_hold_the_account_and_are_not_shown(self) -> None:
        receipt = self.receipt(Situation.WRONG_CREDENTIALS)
        assert (receipt.status, receipt.error_class) == (ReceiptStatus.FAILED, ErrorClass.ACCOUNT)
        assert self.secret not in repr(receipt)

    def test_a_forbidden_address_is_never_reached(self) -> None:
        async def attempt() -> list[Receipt]:
            provider = self.closed_vendor()
            account = replace(provider.account, private_hosts=frozenset())
            await provider.close()
            return await collect(type(provider)(account), [self.message()])

        (receipt,) = asyncio.run(attempt())
        assert (receipt.error_class, receipt.code) == (ErrorClass.ACCOUNT, "forbidden_address")

    def test_test_connection_gives_an_answer_and_never_raises(self) -> None:
        async def answers() -> list[bool]:
            found = []
            for situation in (Situation.ACCEPTS, Situation.WRONG_CREDENTIALS):
                async with self.vendor(situation) as provider:
                    provider.request_timeout = SOON
                    found.append((await provider.test_connection()).is_ok)
                    await provider.close()
            return found

        with contextlib.suppress(NotSupported):
            assert asyncio.run(answers()) == [True, False]

    # --- settings ---------------------------------------------------------------------------------

    def test_the_accounts_secrets_are_known_and_hidden(self) -> None:
        provider = self.closed_vendor()
        assert self.secret in provider.secrets
        assert self.secret not in repr(provider.account)
        assert any(asked.kind is FieldKind.SECRET for asked in provider.settings_fields)

    def test_good_settings_have_no_complaint_and_empty_ones_have_some(self) -> None:
        provider = self.closed_vendor()
        assert provider.validate_settings(provider.account.settings) == {}
        assert provider.validate_settings({})

    # --- webhooks ---------------------------------------------------------------------------------

    def test_a_genuine_webhook_is_read(self) -> None:
        provider = self._receiver()
        provider.verify(self.webhook())
        (event,) = provider.parse_events(self.webhook())
        assert event.type is EventType.DELIVERED
        assert "key-1" in {event.reference, event.vendor_message_id}
        assert event.occurred_at is not None
        assert event.occurred_at.tzinfo is not None
        assert event.raw

    def test_a_hostile_webhook_is_refused(self) -> None:
        provider = self._receiver()
        for hostile in self.hostile_webhooks():
            with pytest.raises(InvalidWebhook):
                provider.verify(hostile)

    def test_a_webhook_told_twice_is_the_same_event(self) -> None:
        """The same receipt comes more than once from every vendor; it counts once."""
        provider = self._receiver()
        first, second = (provider.parse_events(self.webhook())[0] for _ in range(2))
        assert first.dedupe_key == second.dedupe_key

    def test_a_word_that_nobody_knows_is_kept_and_means_nothing(self) -> None:
        (event,) = self._receiver().parse_events(self.webhook_with_unknown_word())
        assert event.type is EventType.UNKNOWN
        assert event.raw

    def _receiver(self) -> Provider:
        if not self.closed_vendor().has_webhooks:
            pytest.skip("this vendor sends no webhooks")
        return self.receiver()


def run(attempt: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run an async test."""
    return asyncio.run(attempt())


@contextlib.asynccontextmanager
async def closing(provider: Provider) -> AsyncIterator[Provider]:
    """`provider`, closed at the end."""
    try:
        yield provider
    finally:
        await provider.close()
