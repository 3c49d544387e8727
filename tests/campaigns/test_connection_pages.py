"""Testing a connection and opening the inbox from an account's page."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.permissions import Role
from channels import own_sandbox
from channels.crypto import seal
from channels.models import Account
from tests.campaigns.account_forms import answers
from tests.campaigns.servers import in_a_thread
from tests.channels.sandbox_server import SECRET, RunningSandbox, running_sandbox
from tests.factories import (
    make_account,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_admin(client: Client) -> Client:
    client.force_login(make_user(roles=[Role.ADMIN]))
    return client


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path) -> Iterator[RunningSandbox]:
    """This installation's own sandbox, under way."""
    settings.DATA_DIR = tmp_path
    folder = tmp_path / own_sandbox.FOLDER
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    with in_a_thread(running_sandbox(folder)) as running:
        settings.SANDBOX_URL = running.url
        settings.PRIVATE_HOSTS = [running.host]
        yield running


def test_the_own_sandbox_is_connected_without_typing_a_key_and_lets_us_in(
    as_admin: Client, sandbox: RunningSandbox
) -> None:
    told = answers(name="Try it", is_active="on", url=sandbox.url, deduplicates_hours="24", batch_size="100")
    page = as_admin.post("/channels/new/sandbox/", told, follow=True).text
    account = Account.objects.get()
    assert "The sandbox is told this address with each message." in page
    response = as_admin.post(f"/channels/{account.pk}/test/", headers={"hx-request": "true"})
    assert "It works. The vendor says:" in response.text
    assert "<html" not in response.text


def test_the_inbox_opens_from_the_account(as_admin: Client, sandbox: RunningSandbox) -> None:
    account = make_account(settings={"url": sandbox.url})
    path = reverse("account_inbox", args=[account.pk])
    assert f'href="{path}"' in as_admin.get(f"/channels/{account.pk}/").text
    link = urlsplit(as_admin.get(path)["Location"])
    assert (f"{link.scheme}://{link.netloc}", link.path) == (sandbox.url, "/enter")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", ""])
def test_a_sandbox_elsewhere_has_its_inbox_elsewhere(as_admin: Client, settings: Settings, url: str) -> None:
    settings.SANDBOX_URL = url
    account = make_account(settings={"url": "http://sandbox.example.com:8025"})
    path = reverse("account_inbox", args=[account.pk])
    assert path not in as_admin.get(f"/channels/{account.pk}/").text
    assert as_admin.get(path).status_code == 404


def test_a_refusal_is_shown_in_the_vendors_words(as_admin: Client, sandbox: RunningSandbox) -> None:
    account = make_account(settings={"url": sandbox.url}, credentials=seal({"api_key": "shop.wrong"}))
    page = as_admin.post(f"/channels/{account.pk}/test/").text
    assert "It does not work. The vendor says:" in page
    assert "wrong_credentials" in page
    assert "<html" in page


def test_what_cannot_be_tested_is_not_said_to_work(as_admin: Client) -> None:
    account = make_account(provider="generic_http", settings={"url": "https://sms.example.com/send", "body": "{}"})
    page = as_admin.post(f"/channels/{account.pk}/test/", headers={"hx-request": "true"}).text
    assert "Send a message to yourself to try." in page
    assert "It works" not in page
