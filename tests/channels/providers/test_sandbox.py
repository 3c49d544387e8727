"""The sandbox vendor, spoken to over HTTP."""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.errors import ErrorClass
from channels.events import EventType
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.provider import AccountSettings, Provider, WebhookRequest
from channels.providers.sandbox import SandboxProvider
from channels.sandbox.preferences import FAULTS
from channels.signing import signature
from tests.channels.providers.contract import ProviderContract, Situation, closing, collect
from tests.channels.sandbox_server import RunningSandbox, running_sandbox

HOOK_SECRET = "the secret of the webhook"
FAULT = {
    Situation.ACCEPTS: "",
    Situation.SERVER_ERROR: "error_500_taken",
    Situation.THROTTLES: "throttled",
    Situation.RESETS: "reset_taken",
    Situation.NEVER_ANSWERS: "no_answer",
    Situation.WRONG_CREDENTIALS: "wrong_credentials",
}


def sms(number: int = 1, **changes: Any) -> OutboundMessage:
    """An SMS."""
    told: dict[str, Any] = {
        "key": f"key-{number}",
        "channel": Channel.SMS,
        "sender": "SHOP",
        "address": f"+38067000{number:04}",
        "text": "Hello",
    }
    return OutboundMessage(**(told | changes))


def report(
    *events: object, secret: str = HOOK_SECRET, at: float | None = None, body: bytes | None = None
) -> WebhookRequest:
    """A signed webhook; `body` takes the place of the signed one."""
    signed = json.dumps({"events": events}).encode()
    timestamp = str(int(time.time() if at is None else at))
    headers = {
        "x-sandbox-timestamp": timestamp,
        "x-sandbox-signature": signature(secret, timestamp=timestamp, body=signed),
    }
    return WebhookRequest(method="POST", path="/hooks/x/", query={}, headers=headers, body=body or signed)


def told(word: str, **more: str) -> dict[str, str]:
    """One event of a webhook."""
    return {
        "event_id": "ev_1",
        "type": word,
        "message_id": "sb_1",
        "client_key": "key-1",
        "address": "+380671112233",
        "occurred": "2026-11-21T10:00:00+00:00",
    } | more


def receiver() -> SandboxProvider:
    """A provider that reads webhooks."""
    settings = {"url": "http://127.0.0.1:9", "api_key": ProviderContract.secret, "webhook_secret": HOOK_SECRET}
    return SandboxProvider(
        AccountSettings(
            account_id=1, settings=settings | {"deduplicates_hours": "24"}, private_hosts=frozenset({"127.0.0.1:9"})
        )
    )


class TestContract(ProviderContract):
    @contextlib.asynccontextmanager
    async def vendor(self, situation: Situation) -> AsyncIterator[Provider]:
        with tempfile.TemporaryDirectory() as folder:
            async with running_sandbox(Path(folder)) as sandbox:
                rule = {"fault": FAULT[situation], "seconds": 3}
                sandbox.vendor.change({"faults": [rule] if rule["fault"] else []})
                wrong: dict[str, Any] = {"api_key": self.secret} if situation is Situation.WRONG_CREDENTIALS else {}
                yield sandbox.provider(**wrong)

    def closed_vendor(self) -> Provider:
        return receiver()

    def receiver(self) -> Provider:
        return receiver()

    def webhook(self) -> WebhookRequest:
        return report(told("handset_delivered"))

    def webhook_with_unknown_word(self) -> WebhookRequest:
        return report(told("teleported"))

    def hostile_webhooks(self) -> list[WebhookRequest]:
        genuine = told("handset_delivered")
        long_ago, ahead = time.time() - 301, time.time() + 310
        bare = WebhookRequest(method="POST", path="/hooks/x/", query={}, headers={}, body=b"{}")
        return [
            bare,
            report(genuine, secret="wrong"),
            report(genuine, secret=""),
            report(genuine, body=b'{"events": []}'),
            report(genuine, at=long_ago),
            report(genuine, at=ahead),
        ]


def in_sandbox(tmp_path: Path, *messages: OutboundMessage, **settings: Any) -> tuple[list[Receipt], list[str]]:
    """Send, and give the receipts and the keys of what the sandbox really has."""

    async def attempt() -> tuple[list[Receipt], list[str]]:
        async with running_sandbox(tmp_path) as sandbox:
            provider = sandbox.provider(**settings)
            provider.request_timeout = timedelta(seconds=1)
            receipts = await collect(provider, list(messages))
            return receipts, _kept(sandbox)

    return asyncio.run(attempt())


def _kept(sandbox: RunningSandbox) -> list[str]:
    return sorted(message.key for message in sandbox.vendor.store.messages("1", [], limit=1000))


def test_a_key_that_is_repeated_is_sent_once(tmp_path: Path) -> None:
    receipts, kept = in_sandbox(tmp_path, sms(), sms())
    assert kept == ["key-1"]
    assert len({receipt.vendor_message_id for receipt in receipts}) == 1


def test_without_the_promise_a_repeated_key_is_sent_again(tmp_path: Path) -> None:
    async def attempt() -> list[str]:
        async with running_sandbox(tmp_path) as sandbox:
            for _ in range(2):
                await collect(sandbox.provider(deduplicates_hours=0), [sms()])
            return _kept(sandbox)

    assert asyncio.run(attempt()) == ["key-1", "key-1"]
    assert receiver().capabilities(Channel.SMS).deduplicates_for == timedelta(hours=24)


@pytest.mark.parametrize(
    ("fault", "status", "error_class", "is_taken"),
    [
        ("error_500", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, False),
        ("error_500_taken", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, True),
        ("throttled", ReceiptStatus.FAILED, ErrorClass.THROTTLED, False),
        ("unavailable", ReceiptStatus.FAILED, ErrorClass.THROTTLED, False),
        ("no_answer", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, False),
        ("no_answer_taken", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, True),
        ("half_answer", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, True),
        ("reset", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, False),
        ("reset_taken", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, True),
        ("slow", ReceiptStatus.UNKNOWN, ErrorClass.UNKNOWN, True),
        ("wrong_credentials", ReceiptStatus.FAILED, ErrorClass.ACCOUNT, False),
        ("invalid_recipient", ReceiptStatus.FAILED, ErrorClass.RECIPIENT, False),
        ("opted_out", ReceiptStatus.FAILED, ErrorClass.OPTED_OUT, False),
        ("content_refused", ReceiptStatus.FAILED, ErrorClass.CONTENT, False),
        ("sender_refused", ReceiptStatus.FAILED, ErrorClass.ACCOUNT, False),
        ("undelivered", ReceiptStatus.ACCEPTED, None, True),
        ("no_receipts", ReceiptStatus.ACCEPTED, None, True),
    ],
)
def test_each_fault_on_demand_is_told_apart(
    *, tmp_path: Path, fault: str, status: ReceiptStatus, error_class: ErrorClass | None, is_taken: bool
) -> None:
    (receipt,), kept = in_sandbox(tmp_path, sms(sender_settings={"fault": fault}))
    assert (receipt.status, receipt.error_class) == (status, error_class)
    assert kept == (["key-1"] if is_taken else [])


def test_every_fault_has_a_name_in_the_senders_form() -> None:
    (field,) = SandboxProvider.sender_fields
    assert {key for key, _label in field.choices} == {"", *FAULTS}


def test_one_refused_message_does_not_spoil_its_batch(tmp_path: Path) -> None:
    """One rejected recipient makes the batch repeat to all others for ever (mautic#7226)."""
    bad = sms(2, sender_settings={"fault": "invalid_recipient"})
    receipts, kept = in_sandbox(tmp_path, sms(1), bad, sms(3))
    assert {receipt.key: receipt.status.value for receipt in receipts} == {
        "key-1": "accepted",
        "key-2": "failed",
        "key-3": "accepted",
    }
    assert kept == ["key-1", "key-3"]


def test_a_batch_whose_answer_is_lost_is_unknown_as_a_whole(tmp_path: Path) -> None:
    receipts, kept = in_sandbox(tmp_path, sms(1), sms(2, sender_settings={"fault": "reset_taken"}), sms(3))
    assert {receipt.status for receipt in receipts} == {ReceiptStatus.UNKNOWN}
    assert kept == ["key-1", "key-2", "key-3"]


def test_a_group_is_no_larger_than_what_can_start_at_once(tmp_path: Path) -> None:
    async def attempt() -> int:
        async with running_sandbox(tmp_path) as sandbox, closing(sandbox.provider(batch_size=10)) as provider:
            return provider.group_size

    assert asyncio.run(attempt()) == 80


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (told("sent"), EventType.SENT),
        (told("seen"), EventType.OPENED),
        (told("reply", text="Yes"), EventType.REPLIED),
        (told("reply", text="СТОП"), EventType.UNSUBSCRIBED),
        (told("blocked_by_user"), EventType.UNSUBSCRIBED),
        (told("spam_report"), EventType.COMPLAINED),
        (told("picked_up"), EventType.ANSWERED),
        (told("no_answer"), EventType.FAILED),
        (told("bounced"), EventType.BOUNCED),
        (told("ttl_expired"), EventType.EXPIRED),
        (told("undelivered"), EventType.FAILED),
    ],
)
def test_the_vendors_words_become_ours(event: dict[str, str], expected: EventType) -> None:
    (read,) = receiver().parse_events(report(event))
    assert read.type is expected
    assert read.address == "+380671112233"


@pytest.mark.parametrize(
    ("word", "error_class"),
    [
        ("undelivered", ErrorClass.RECIPIENT),
        ("bounced", ErrorClass.RECIPIENT),
        ("no_answer", None),
        ("ttl_expired", None),
    ],
)
def test_nobody_loses_an_address_for_being_away(word: str, error_class: ErrorClass | None) -> None:
    (read,) = receiver().parse_events(report(told(word)))
    assert read.error_class == error_class


def test_an_answering_machine_is_a_machine() -> None:
    (read,) = receiver().parse_events(report(told("voicemail")))
    assert (read.type, read.is_machine) == (EventType.ANSWERED, True)


def test_channels_report_what_real_vendors_report() -> None:
    """Conditions that could never come true are refused by what is declared here (DESIGN 3.6)."""
    can = SandboxProvider.channels
    assert can[Channel.PUSH].reports == frozenset()
    assert can[Channel.TELEGRAM].reports == {EventType.REPLIED, EventType.UNSUBSCRIBED}
    assert EventType.OPENED not in can[Channel.SMS].reports | can[Channel.EMAIL].reports
    assert {EventType.DELIVERED, EventType.BOUNCED, EventType.COMPLAINED} == can[Channel.EMAIL].reports
    assert EventType.OPENED in can[Channel.VIBER].reports & can[Channel.WHATSAPP].reports & can[Channel.RCS].reports
    assert EventType.ANSWERED in can[Channel.VOICE].reports & can[Channel.CALL_TASK].reports
    assert all(can[channel].has_pixel == (channel is Channel.EMAIL) for channel in Channel)
