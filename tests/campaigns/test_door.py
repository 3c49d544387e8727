"""What comes by thousands is answered at the door exactly as Django's views answer it, and everything else by them."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings

from campaigns import door, links
from campaigns.door import Door
from campaigns.models import Attempt, Hit
from campaigns.views import tracking
from channels.crypto import seal
from channels.kinds import Channel
from channels.models import Account, InboundRequest
from channels.provider import WebhookRequest
from channels.signing import signature
from channels.views import webhooks
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import BROWSER
from tests.factories import make_account

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "a-secret-of-the-webhook"
BODY = json.dumps({"events": [{"type": "seen", "client_key": "key-1", "event_id": "ev_1"}]}).encode()


class Pages:
    """Stands for Django's pages: notes what it was asked, with the whole body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        body, is_more = b"", True
        while is_more:
            # The bridge to WSGI passes it from a thread, for which it has to be a coroutine.
            message = await asyncio.create_task(receive())
            body, is_more = body + message.get("body", b""), message.get("more_body", False)
        self.asked.append((scope["path"], body))
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Knocker:
    """Asks a door as a server does."""

    def __init__(self) -> None:
        self.pages = Pages()

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        host: str = "127.0.0.1:8000",
        headers: Mapping[str, str] | None = None,
        parts: Sequence[bytes] = (b"",),
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer; the body of the request comes in `parts`."""
        return self.ask_all([url], method=method, host=host, headers=headers, parts=parts)[0]

    def ask_all(self, urls: Sequence[str], **how: Any) -> list[tuple[int, dict[str, str], bytes]]:
        """The answers to all of `urls`, asked at once."""

        async def main() -> list[tuple[int, dict[str, str], bytes]]:
            at = Door(self.pages)
            answers = await asyncio.gather(*(self._ask(at, url, **how) for url in urls))
            # The server that ran it goes down.
            await at({"type": "lifespan"}, None, None)  # type: ignore[arg-type]  # nothing is told
            return list(answers)

        return asyncio.run(main())

    async def _ask(
        self, at: Door, url: str, *, method: str, host: str, headers: Mapping[str, str] | None, parts: Sequence[bytes]
    ) -> tuple[int, dict[str, str], bytes]:
        told = {"Host": host, "User-Agent": BROWSER, **(headers or {})}
        parsed = urlsplit(url)
        scope = {
            "type": "http",
            "method": method,
            "path": parsed.path,
            "query_string": parsed.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in told.items()],
        }
        left = list(parts)
        sent: list[dict[str, Any]] = []

        def receive() -> asyncio.Future[dict[str, Any]]:
            """As granian gives it: something to wait for, but no coroutine."""
            part: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            part.set_result({"type": "http.request", "body": left.pop(0), "more_body": bool(left)})
            return part

        async def send(message: Any) -> None:
            sent.append(message)

        await at(scope, receive, send)
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], answered, sent[1]["body"]


@pytest.fixture
def knocker(monkeypatch: pytest.MonkeyPatch) -> Knocker:
    """At a door without a broker behind it, which nothing here is about."""
    monkeypatch.setattr(door, "wake", lambda _task: None)
    return Knocker()


@pytest.fixture
def account() -> Account:
    """An account at the sandbox."""
    credentials = seal({"api_key": "key-of-the-api", "webhook_secret": SECRET})
    return make_account(settings={"url": "http://127.0.0.1:9"}, credentials=credentials)


def signed(body: bytes = BODY, *, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(time.time()))
    return {
        "X-Sandbox-Timestamp": timestamp,
        "X-Sandbox-Signature": signature(secret, timestamp=timestamp, body=body),
        "Authorization": "Basic c2VjcmV0",
    }


def stored(account: Account) -> "QuerySet[InboundRequest]":
    """The webhooks of `account`; those of other tests are in the table too, which nothing flushes."""
    return InboundRequest.objects.filter(account_id=account.pk)


def click_url(attempt: Attempt, position: int = 0) -> str:
    return links.click_url(attempt.token or "", position)


def hits() -> list[dict[str, Any]]:
    """All that is kept of the hits, but when they came."""
    rows = Hit.objects.order_by("attempt_id", "id").values("kind", "attempt_id", "link_id", "method", "user_agent")
    return list(rows)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_click_is_kept_and_led_on_as_by_the_view(knocker: Knocker, method: str) -> None:
    attempt = make_attempt()
    by_view = Client().generic(method, click_url(attempt), headers={"user-agent": BROWSER})
    status, headers, _ = knocker.ask(click_url(attempt), method=method)
    assert (status, headers["location"]) == (by_view.status_code, by_view["Location"])
    for name in (*tracking.HEADERS, "Content-Type", "X-Content-Type-Options"):
        assert headers[name.lower()] == by_view[name]
    assert not knocker.pages.asked
    first, second = hits()
    assert first == second


def test_an_open_is_kept_and_gets_its_picture_as_by_the_view(knocker: Knocker) -> None:
    url = links.open_url(make_attempt(Channel.EMAIL).pk)
    by_view = Client().get(url, headers={"user-agent": BROWSER})
    status, headers, body = knocker.ask(url)
    assert (status, headers["content-type"], body) == (200, "image/gif", by_view.content)
    first, second = hits()
    assert first == second


def test_those_who_come_at_once_each_get_their_own(knocker: Knocker) -> None:
    attempts = [make_attempt(contact={"first_name": name}) for name in ("Olena", "Bo", "Sofía")]
    urls = [click_url(attempt) for attempt in attempts for _ in range(3)] + [links.click_url("0" * 11, 0)]
    answers = knocker.ask_all(urls, method="GET", host="127.0.0.1", headers=None, parts=[b""])
    assert [status for status, _, _ in answers] == [302] * 9 + [299]
    assert [hit["attempt_id"] for hit in hits()] == [attempt.pk for attempt in attempts for _ in range(3)]


def test_nothing_is_kept_of_somebody_who_may_not_be_tracked(knocker: Knocker) -> None:
    status, _, _ = knocker.ask(click_url(make_attempt(contact={"is_trackable": False})))
    assert status == 302
    assert hits() == []


def test_what_is_not_clearly_right_is_for_the_views(knocker: Knocker) -> None:
    """Unknown links, other methods, another host, other addresses."""
    attempt = make_attempt()
    for url in (links.click_url("0" * 11, 0), click_url(attempt, 7), "/c/nonsense", "/o/nonsense.gif", "/campaigns/"):
        assert knocker.ask(url)[0] == 299
    assert knocker.ask(click_url(attempt), method="POST")[0] == 299
    assert knocker.ask(click_url(attempt), host="evil.example")[0] == 299
    assert hits() == []


def test_a_webhook_is_proved_and_stored_as_by_the_view(knocker: Knocker, account: Account) -> None:
    path = f"/hooks/{account.webhook_token}/?from=vendor&word={SECRET}"
    # Once: the second in which it was signed stands in it.
    vendors = signed()
    Client().post(path, BODY, content_type="application/json", headers=vendors)
    half = len(BODY) // 2
    headers = vendors | {"Content-Type": "application/json"}
    answer = knocker.ask(path, method="POST", headers=headers, parts=[BODY[:half], BODY[half:]])
    assert (answer[0], answer[2]) == (200, b"ok")
    by_view, by_door = stored(account).order_by("id")
    assert bytes(by_door.body) == bytes(by_view.body) == BODY
    for name in ("account_id", "method", "path", "query", "state"):
        assert getattr(by_door, name) == getattr(by_view, name)
    assert SECRET not in json.dumps([by_door.path, by_door.query, by_door.headers])
    assert "authorization" not in by_door.headers
    assert by_door.headers["x-sandbox-signature"] == by_view.headers["x-sandbox-signature"]


def test_a_webhook_that_is_not_proved_is_for_the_view_which_can_read_it_again(
    knocker: Knocker, account: Account
) -> None:
    path = f"/hooks/{account.webhook_token}/"
    assert knocker.ask(path, method="POST", headers=signed(secret="another"), parts=[BODY])[0] == 299
    assert knocker.ask("/hooks/nobody/", method="POST", headers=signed(), parts=[BODY])[0] == 299
    assert knocker.ask(path, method="GET")[0] == 299
    long = [b"x" * webhooks.MAX_BODY, b"y"]
    assert knocker.ask(path, method="POST", headers=signed(b"".join(long)), parts=long)[0] == 299
    assert knocker.pages.asked == [(path, BODY), ("/hooks/nobody/", BODY), (path, b""), (path, b"".join(long))]
    assert not stored(account).exists()


def test_an_address_that_no_database_takes_spoils_no_webhook_of_others(account: Account) -> None:
    headers = {name.lower(): value for name, value in signed().items()}
    request = WebhookRequest(method="POST", path="/hooks/x/", query={}, headers=headers, body=BODY)
    tokens = ("\0", "half\ud800", account.webhook_token)
    assert webhooks.take([(token, request) for token in tokens]) == [False, False, True]


def test_with_the_database_away_a_click_is_led_on_if_it_can_be_told_where(
    knocker: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, unknown = make_attempt(), make_attempt()
    status, headers, _ = knocker.ask(click_url(known))

    def away(*_given: object) -> None:
        raise OperationalError

    monkeypatch.setattr(door, "keep", away)
    again = knocker.ask(click_url(known))
    assert (again[0], again[1]["location"]) == (status, headers["location"])
    assert knocker.ask(click_url(unknown))[0] == 299


def test_https_is_promised_where_it_came_by_https(knocker: Knocker, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    url = click_url(make_attempt())
    assert "strict-transport-security" not in knocker.ask(url)[1]
    secured = knocker.ask(url, headers={"X-Forwarded-Proto": "https"})[1]
    assert secured["strict-transport-security"] == "max-age=60"
