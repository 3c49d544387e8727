"""From the dashboard to the sandbox's inbox, by those who may see people."""

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.models import User
from campaigns.permissions import Role
from channels.kinds import AddressKind
from channels.sandbox import tokens
from tests.campaigns.signing_in import signed_in
from tests.factories import make_contact

pytestmark = pytest.mark.django_db

SANDBOX = "http://127.0.0.1:8025"


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path) -> None:
    """A sandbox that belongs to this installation."""
    settings.SANDBOX_URL = SANDBOX
    settings.DATA_DIR = tmp_path


def entrance(client: Client, path: str, *, folder: Path) -> str:
    """Where the link leads inside the sandbox, which lets in whoever brings its ticket."""
    answer = client.get(path)
    assert answer.status_code == 302
    link = urlsplit(answer["Location"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{SANDBOX}/enter"
    told = parse_qs(link.query)
    secret = tokens.load_secret(folder / "sandbox")
    assert tokens.is_ticket(secret, tokens.ENTRANCE, told["ticket"][0], now=time.time())
    return told["next"][0]


@pytest.mark.usefixtures("sandbox")
def test_a_marketer_finds_the_inbox_in_the_menu(tmp_path: Path) -> None:
    client = signed_in(Role.MARKETER)
    path = reverse("sandbox_inbox")
    assert f'href="{path}"' in client.get("/").content.decode()
    assert entrance(client, path, folder=tmp_path) == "/inbox"


@pytest.mark.usefixtures("sandbox")
def test_a_contacts_page_leads_to_a_phone_with_all_their_addresses(tmp_path: Path) -> None:
    client = signed_in(Role.MARKETER)
    contact = make_contact(phone="+380671112233", addresses={AddressKind.TELEGRAM_ID: "4711"})
    path = reverse("contact_phone", args=[contact.pk])
    assert f'href="{path}"' in client.get(reverse("contact_detail", args=[contact.pk])).content.decode()
    phone = parse_qs(urlsplit(entrance(client, path, folder=tmp_path)).query)
    assert phone == {"address": ["+380671112233", "4711"], "name": [contact.full_name]}


@pytest.mark.usefixtures("sandbox")
def test_the_inbox_is_asked_to_speak_the_users_own_language() -> None:
    client = signed_in(Role.MARKETER)
    User.objects.update(language="uk")
    for path in (reverse("sandbox_inbox"), reverse("contact_phone", args=[make_contact().pk])):
        assert parse_qs(urlsplit(client.get(path)["Location"]).query)["language"] == ["uk"]


@pytest.mark.usefixtures("sandbox")
def test_who_may_not_see_people_does_not_get_in() -> None:
    client = signed_in(Role.MANAGER)
    assert reverse("sandbox_inbox") not in client.get("/").content.decode()
    assert client.get(reverse("sandbox_inbox")).status_code == 403
    assert client.get(reverse("contact_phone", args=[make_contact().pk])).status_code == 403


def test_without_a_sandbox_nothing_leads_there(settings: Settings) -> None:
    settings.SANDBOX_URL = ""
    client = signed_in(Role.MARKETER)
    contact = make_contact()
    assert reverse("sandbox_inbox") not in client.get("/").content.decode()
    assert reverse("contact_phone", args=[contact.pk]) not in client.get(f"/contacts/{contact.pk}/").content.decode()
    assert client.get(reverse("sandbox_inbox")).status_code == 404
    assert client.get(reverse("contact_phone", args=[contact.pk])).status_code == 404
