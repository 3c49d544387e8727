"""Webhooks: proved on the raw bytes, stored before they are answered, whatever the broker does."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import Client

from channels.crypto import seal
from channels.models import Account, InboundRequest
from channels.opening import account_settings, open_provider, webhook_url
from channels.provider import WebhookRequest
from channels.signing import signature
from channels.views.webhooks import MAX_BODY

SECRET = "a-secret-of-the-webhook"
BODY = json.dumps({"events": [{"type": "seen", "client_key": "key-1", "event_id": "ev_1"}]}).encode()

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    """An account at the sandbox."""
    return Account.objects.create(
        provider="sandbox",
        name="Sandbox",
        settings={"url": "http://127.0.0.1:9", "deduplicates_hours": "24"},
        credentials=seal({"api_key": "key-of-the-api", "webhook_secret": SECRET}),
    )


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were published; the broker is not what these tests are about."""
    names: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: names.append(name))
    return names


def post(
    account: Account,
    body: bytes = BODY,
    *,
    secret: str = SECRET,
    token: str = "",
    more: Mapping[str, str] | None = None,
) -> Any:
    """A report as the sandbox sends it."""
    timestamp = str(int(time.time()))
    told = {"X-Sandbox-Timestamp": timestamp, "X-Sandbox-Signature": signature(secret, timestamp=timestamp, body=body)}
    address = f"/hooks/{token or account.webhook_token}/?from=vendor"
    return Client(enforce_csrf_checks=True).post(
        address, body, content_type="application/json", headers=told | dict(more or {})
    )


def test_a_genuine_report_is_stored_as_it_came_and_tracking_is_woken(account: Account, published: list[str]) -> None:
    assert post(account).status_code == 200
    stored = InboundRequest.objects.get()
    assert (stored.account_id, stored.method, stored.state) == (account.pk, "POST", "new")
    assert bytes(stored.body) == BODY
    assert stored.query == {"from": "vendor"}
    assert stored.headers["x-sandbox-signature"]
    assert published == ["campaigns.tasks.track"]


def test_what_is_stored_can_be_read_by_the_provider(account: Account) -> None:
    post(account)
    stored = InboundRequest.objects.get()
    asked = WebhookRequest(
        method=stored.method, path=stored.path, query=stored.query, headers=stored.headers, body=bytes(stored.body)
    )
    (event,) = open_provider(account).parse_events(asked)
    assert (event.reference, event.vendor_event_id) == ("key-1", "ev_1")


def test_a_report_that_is_not_proved_is_answered_403_and_not_stored(account: Account, published: list[str]) -> None:
    assert post(account, secret="wrong").status_code == 403
    assert Client().post(f"/hooks/{account.webhook_token}/", b"{}", content_type="application/json").status_code == 403
    assert not InboundRequest.objects.exists()
    assert published == []


@pytest.mark.parametrize("token", ["nobody", "%00", "x%20y"])
def test_an_unknown_address_is_answered_404(account: Account, token: str) -> None:
    assert post(account, token=token).status_code == 404
    assert not InboundRequest.objects.exists()


def test_a_report_that_is_too_large_is_not_read(account: Account) -> None:
    assert post(account, b"x" * (MAX_BODY + 1)).status_code == 413
    assert not InboundRequest.objects.exists()


def test_a_vendor_may_look_whether_the_address_is_ours(account: Account) -> None:
    answer = Client().get(f"/hooks/{account.webhook_token}/")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert Client().put(f"/hooks/{account.webhook_token}/").status_code == 405
    assert not InboundRequest.objects.exists()


def test_a_dead_broker_loses_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(_name: str, **_options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", dead)
    assert post(account).status_code == 200
    assert InboundRequest.objects.count() == 1


def test_no_answer_without_a_stored_row(account: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE channels_inboundrequest RENAME TO away")
    with pytest.raises(Exception, match="channels_inboundrequest"):
        post(account)


def test_secrets_do_not_reach_the_table(account: Account) -> None:
    """API tokens and passwords in clear in the database (listmonk, measured)."""
    post(account, more={"Authorization": "Basic c2VjcmV0", "Cookie": "a=b", "X-Key": f"is {SECRET}"})
    stored = InboundRequest.objects.get()
    assert not {"authorization", "cookie"} & set(stored.headers)
    assert stored.headers["x-key"] == "is •••"
    assert account.webhook_token not in stored.path


def test_an_account_that_is_switched_off_still_hears_of_what_it_sent(account: Account) -> None:
    account.is_active = False
    account.save(update_fields=["is_active"])
    assert post(account).status_code == 200


def test_credentials_that_no_key_opens_refuse_every_report(account: Account, settings: Any) -> None:
    settings.CREDENTIAL_KEYS = ["l6RmYm0mJ3ZcJ0n3bTqH2o3m6y6mJ5mJ8mXG3cB1r2A="]
    assert post(account).status_code == 403


def test_an_account_becomes_what_its_provider_needs(account: Account, settings: Any) -> None:
    settings.PUBLIC_URL = "https://cascade.example"
    settings.PRIVATE_HOSTS = ["127.0.0.1:8025"]
    opened = account_settings(account)
    assert opened.settings["url"] == "http://127.0.0.1:9"
    assert opened.settings["api_key"] == "key-of-the-api"
    assert opened.private_hosts == {"127.0.0.1:8025"}
    assert opened.webhook_url == webhook_url(account) == f"https://cascade.example/hooks/{account.webhook_token}/"
    assert "key-of-the-api" not in repr(opened)
