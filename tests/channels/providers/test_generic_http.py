"""Any JSON gateway, as an admin describes it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from channels.errors import ErrorClass, InvalidWebhook
from channels.events import EventType
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.provider import AccountSettings, Provider, WebhookRequest
from channels.providers.generic_http import GenericHttpProvider
from tests.channels.providers.contract import ProviderContract, Situation, collect
from tests.channels.web import Answer, WebServer, never, reset, text_answer, web_server

HOOK_SECRET = "a-secret-of-the-webhook"
SETTINGS: dict[str, Any] = {
    "method": "POST",
    "headers": "Authorization: Bearer {{ secret }}\nX-Channel: {{ channel }}",
    "secret": ProviderContract.secret,
    "body": '{"to": "{{ to }}", "phone": {{ to_digits }}, "text": "{{ text }}", "ttl": {{ validity_seconds }}}',
    "id_path": "messages.0.id",
    "success_path": "messages.0.state",
    "success_value": "queued",
    "error_path": "error.code",
    "error_words": "1204 = recipient\nNO_MONEY = account\n77 = try_later",
    "key_header": "Idempotency-Key",
    "deduplicates": True,
    "deduplicates_hours": "48",
    "webhook_secret": HOOK_SECRET,
    "webhook_secret_in": "header",
    "webhook_secret_name": "X-Webhook-Secret",
    "events_path": "reports",
    "event_id_path": "id",
    "event_key_path": "ref",
    "event_status_path": "status",
    "event_time_path": "at",
    "event_text_path": "answer.text",
    "event_address_path": "from",
    "status_words": "DELIVRD = delivered\nUNDELIV = failed\nREAD = opened",
}
ACCEPTED = '{"messages": [{"id": "gw-17", "state": "QUEUED"}]}'


def provider(host: str, **settings: Any) -> GenericHttpProvider:
    """A provider for the gateway at `host`."""
    told = SETTINGS | {"url": f"http://{host}/send"} | settings
    return GenericHttpProvider(AccountSettings(account_id=1, settings=told, private_hosts=frozenset({host})))


def message(**changes: Any) -> OutboundMessage:
    """An SMS to Olena."""
    base = OutboundMessage(key="key-1", channel=Channel.SMS, sender="SHOP", address="+380671112233", text="Hello")
    return replace(base, **changes)


def exchange(answer: Answer, *messages: OutboundMessage, **settings: Any) -> tuple[list[Receipt], WebServer]:
    """Send through a gateway that answers so."""

    async def attempt() -> tuple[list[Receipt], WebServer]:
        async with web_server(answer) as server:
            return await collect(provider(server.host, **settings), list(messages)), server

    return asyncio.run(attempt())


def report(told: object, *, secret: str = HOOK_SECRET, query: dict[str, str] | None = None) -> WebhookRequest:
    """A webhook of the gateway."""
    headers = {"x-webhook-secret": secret} if secret else {}
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return WebhookRequest(method="POST", path="/hooks/x/", query=query or {}, headers=headers, body=body)


class TestContract(ProviderContract):
    @contextlib.asynccontextmanager
    async def vendor(self, situation: Situation) -> AsyncIterator[Provider]:
        async def check_password(request: web.Request) -> web.StreamResponse:
            is_right = request.headers["Authorization"] == "Bearer another"
            return web.Response(
                text=ACCEPTED if is_right else "who are you? " + self.secret, status=200 if is_right else 401
            )

        answers: dict[Situation, Answer] = {
            Situation.ACCEPTS: text_answer(ACCEPTED),
            Situation.SERVER_ERROR: text_answer("oops", status=500),
            Situation.THROTTLES: text_answer("slow down", status=429, headers={"Retry-After": "7"}),
            Situation.RESETS: reset,
            Situation.NEVER_ANSWERS: never,
            Situation.WRONG_CREDENTIALS: check_password,
        }
        async with web_server(answers[situation]) as server:
            yield provider(server.host)

    def closed_vendor(self) -> Provider:
        return provider("127.0.0.1:9")

    def receiver(self) -> Provider:
        return provider("127.0.0.1:9")

    def webhook(self) -> WebhookRequest:
        return report({"reports": [{"id": "gw-17", "ref": "key-1", "status": "DELIVRD", "at": "2026-11-21T10:00:00Z"}]})

    def webhook_with_unknown_word(self) -> WebhookRequest:
        return report({"reports": [{"id": "gw-17", "status": "TELEPORTED"}]})

    def hostile_webhooks(self) -> list[WebhookRequest]:
        told = {"reports": [{"id": "gw-17", "status": "DELIVRD"}]}
        return [
            report(told, secret=""),
            report(told, secret="wrong"),
            report(told, secret=HOOK_SECRET[:-1]),
            report(told, secret="", query={"X-Webhook-Secret": HOOK_SECRET}),
        ]


def test_the_gateway_gets_what_the_settings_describe() -> None:
    text = 'She said "15% – go!" \\ {{ secret }}\nand left'
    (receipt,), server = exchange(text_answer(ACCEPTED), message(text=text, validity=timedelta(hours=2)))
    request, body = server.requests[0]
    assert json.loads(body) == {"to": "+380671112233", "phone": 380671112233, "text": text, "ttl": 7200}
    assert request.method == "POST"
    assert request.path == "/send"
    assert request.headers["Authorization"] == f"Bearer {ProviderContract.secret}"
    assert request.headers["X-Channel"] == "sms"
    assert request.headers["Idempotency-Key"] == "key-1"
    assert receipt.vendor_message_id == "gw-17"


def test_a_value_in_the_address_cannot_leave_its_place() -> None:
    async def attempt() -> WebServer:
        async with web_server(text_answer(ACCEPTED)) as server:
            url = f"http://{server.host}/v1/{{{{ to }}}}/send?text={{{{ text }}}}"
            await collect(provider(server.host, url=url), [message(address="../admin?x=1", text="a&b=c#d")])
            return server

    request, _body = asyncio.run(attempt()).requests[0]
    assert request.raw_path == "/v1/..%2Fadmin%3Fx=1/send?text=a%26b%3Dc%23d"


def test_a_line_break_in_a_value_makes_no_second_header() -> None:
    (receipt,), server = exchange(
        text_answer(ACCEPTED), message(sender="SHOP\r\nX-Evil: 1"), headers="X-Sender: {{ sender }}"
    )
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert "X-Evil" not in server.requests[0][0].headers
    assert server.requests[0][0].headers["X-Sender"] == "SHOP  X-Evil: 1"


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        ('{"messages": [{"id": "1", "state": "queued"}]}', 200, None),
        ('{"messages": [{"id": 17, "state": "queued"}]}', 202, None),
        # The gateway says no, with the status 200.
        ('{"messages": [{"id": "1", "state": "rejected"}]}', 200, ErrorClass.CONTENT),
        ('{"error": {"code": 1204}}', 200, ErrorClass.RECIPIENT),
        ('{"error": {"code": "no_money"}}', 200, ErrorClass.ACCOUNT),
        ('{"error": {"code": "77"}}', 500, ErrorClass.THROTTLED),
        ('{"error": {"code": "1204"}}', 400, ErrorClass.RECIPIENT),
        ('{"error": {"code": "9"}}', 400, ErrorClass.CONTENT),
        ('{"error": {"code": "9"}}', 502, ErrorClass.UNKNOWN),
        # A proxy's page with the status 200 (Notifuse#320) is no success, and proves nothing either.
        ("<html>Please sign in</html>", 200, ErrorClass.UNKNOWN),
        ('{"messages": []}', 200, ErrorClass.UNKNOWN),
        ('{"messages": [{"state": "queued"}]}', 200, ErrorClass.UNKNOWN),
        ("", 204, ErrorClass.UNKNOWN),
        ("", 302, ErrorClass.ACCOUNT),
    ],
)
def test_only_the_gateways_own_success_counts(answer: str, status: int, expected: ErrorClass | None) -> None:
    (receipt,), _server = exchange(text_answer(answer, status=status), message())
    assert receipt.error_class is expected
    assert (receipt.status is ReceiptStatus.ACCEPTED) == (expected is None)


def test_the_status_alone_is_enough_when_nothing_else_is_asked_for() -> None:
    bare = {"id_path": "", "success_path": "", "success_value": ""}
    (receipt,), _server = exchange(text_answer("", status=202), message(), **bare)
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert receipt.vendor_message_id == ""


def test_a_promise_to_deduplicate_is_made_only_when_it_was_ticked() -> None:
    assert provider("h:1").capabilities(Channel.SMS).deduplicates_for == timedelta(hours=48)
    assert provider("h:1", deduplicates=False).capabilities(Channel.SMS).deduplicates_for is None


def test_it_reports_only_what_the_settings_map() -> None:
    can = provider("h:1").capabilities(Channel.SMS)
    assert can.reports == {
        EventType.DELIVERED,
        EventType.FAILED,
        EventType.OPENED,
        EventType.REPLIED,
        EventType.UNSUBSCRIBED,
    }
    assert provider("h:1", webhook_secret="").capabilities(Channel.SMS).reports == frozenset()


def test_a_report_may_hold_several_events_and_answers() -> None:
    told = {
        "reports": [
            {"id": "1", "status": "undeliv", "at": 1_795_000_000},
            {"id": "2", "status": "READ", "at": "1795000000000"},
            {"from": "+380671112233", "answer": {"text": "Yes please"}},
            {"from": "+380671112233", "answer": {"text": "Стоп!"}},
            {"id": "3", "status": "DELIVRD", "at": "yesterday"},
        ]
    }
    failed, read, answer, stop, untimed = provider("h:1").parse_events(report(told))
    assert (failed.type, read.type, answer.type, stop.type) == (
        EventType.FAILED,
        EventType.OPENED,
        EventType.REPLIED,
        EventType.UNSUBSCRIBED,
    )
    assert failed.occurred_at == read.occurred_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert (answer.address, answer.text) == ("+380671112233", "Yes please")
    assert untimed.occurred_at is None


@pytest.mark.parametrize(
    "told",
    [b"", b"[]", b"null", b"17", b'"word"', b"not json", b"[[]]", b'{"reports": "x"}', b"\xff\xfe", b"status=DELIVRD"],
)
def test_a_report_of_any_shape_is_read_without_an_error(told: bytes) -> None:
    events = provider("h:1").parse_events(report(told))
    assert {event.type for event in events} <= {EventType.UNKNOWN}


def test_a_report_as_a_form_is_read() -> None:
    sent = provider("h:1", events_path="", event_text_path="text").parse_events(
        report(b"id=1&status=DELIVRD&at=1795000000")
    )
    assert [event.type for event in sent] == [EventType.DELIVERED]


def test_the_secret_may_come_in_the_address() -> None:
    by_query = provider("h:1", webhook_secret_in="query", webhook_secret_name="key")
    by_query.verify(report({}, secret="", query={"key": HOOK_SECRET}))
    with pytest.raises(InvalidWebhook):
        by_query.verify(report({}, secret=HOOK_SECRET))


def test_without_an_agreed_secret_no_report_is_taken() -> None:
    with pytest.raises(InvalidWebhook):
        provider("h:1", webhook_secret="").verify(report({}, secret=""))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"url": "gateway.example/send"}, {"url"}),
        ({"url": "https://{{ to }}.example/send"}, {"url"}),
        ({"url": "https://gateway.example/{{ password }}"}, {"url"}),
        ({"url": "https://gateway.example/?to={{ to }}"}, set()),
        ({"headers": "no colon"}, {"headers"}),
        ({"headers": "Authorization: Basic c2hvcDpwYXNz"}, {"headers"}),
        ({"headers": "X-Api-Key: {{ secret }}"}, set()),
        ({"body": ""}, {"body"}),
        ({"body": '{"text": {{ text }}}'}, {"body"}),
        ({"body": '{"text": "{{ txt }}"}'}, {"body"}),
        ({"body": '{"text": "{{ text.__class__ }}"}', "key_header": "Key"}, set()),
        ({"error_words": "1204"}, {"error_words"}),
        ({"error_words": "1204 = dragon"}, {"error_words"}),
        ({"status_words": "OK = fine"}, {"status_words"}),
        ({"success_value": ""}, {"success_value"}),
        ({"success_path": ""}, {"success_path"}),
        ({"key_header": ""}, {"key_header"}),
        ({"key_header": "", "deduplicates": False}, set()),
        ({"key_header": "Key: x"}, {"key_header"}),
        ({"webhook_secret": "short"}, {"webhook_secret"}),
        ({"method": "BREW"}, {"method"}),
        ({"deduplicates_hours": "a day"}, {"deduplicates_hours"}),
    ],
)
def test_what_cannot_work_is_said_at_its_field(change: dict[str, object], fields: set[str]) -> None:
    found = GenericHttpProvider.validate_settings(SETTINGS | {"url": "https://gateway.example/send"} | change)
    assert set(found) == fields
    assert all(str(sentence) for sentence in found.values())
