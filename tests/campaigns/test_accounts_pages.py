"""The Channels pages: connecting vendors; what is typed wrong is said at its field, secrets never."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns import vendors
from campaigns.connecting import known_settings
from campaigns.permissions import Role
from channels.crypto import seal
from channels.models import Account
from channels.registry import PROVIDERS
from tests.campaigns.account_forms import PASSWORD, error_at, gateway, mail_server, make_mail_account
from tests.factories import (
    NOON,
    make_account,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_admin(client: Client) -> Client:
    client.force_login(make_user(roles=[Role.ADMIN]))
    return client


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MANAGER])
def test_only_admins_see_accounts(client: Client, role: Role) -> None:
    client.force_login(make_user(roles=[role]))
    account, sender = make_account(), make_sender()
    paths = [
        reverse("account_list"),
        reverse("account_new", args=["smtp"]),
        *(reverse(name, args=[account.pk]) for name in ("account_edit", "account_inbox", "account_archive")),
        *(reverse(name, args=[account.pk]) for name in ("account_prices", "sender_new")),
        *(reverse(name, args=[sender.pk]) for name in ("sender_edit", "sender_archive", "sender_release")),
    ]
    assert {client.get(path).status_code for path in paths} == {403}
    assert client.post(reverse("account_test", args=[account.pk])).status_code == 403


def test_what_is_archived_or_of_a_vendor_we_do_not_know_is_not_there(as_admin: Client) -> None:
    archived, strange = make_account(archived_at=NOON), make_account(provider="gone")
    for account in (archived, strange):
        assert as_admin.get(reverse("account_edit", args=[account.pk])).status_code == 404
        sender = make_sender(account=account, archived_at=account.archived_at)
        assert as_admin.get(reverse("sender_edit", args=[sender.pk])).status_code == 404
    assert archived.name not in as_admin.get("/channels/").text


def test_an_unknown_vendor_leads_back_to_the_list(as_admin: Client) -> None:
    assert as_admin.get("/channels/new/carrier-pigeon/")["Location"] == "/channels/"


def test_every_vendor_can_be_chosen_and_asks_its_questions(as_admin: Client) -> None:
    page = as_admin.get("/channels/").text
    for vendor in vendors.vendors():
        path = reverse("account_new", args=[vendor.key])
        assert f'href="{path}"' in page
        assert as_admin.get(path).status_code == 200
    assert len(vendors.vendors()) == len(PROVIDERS)


def test_a_mail_server_is_connected_and_its_password_is_never_shown(as_admin: Client) -> None:
    response = as_admin.post("/channels/new/smtp/", mail_server(), follow=True)
    account = Account.objects.get()
    assert response.redirect_chain == [(reverse("account_edit", args=[account.pk]), 302)]
    assert "Our mail is connected. Now add a sender." in response.text
    assert 'value="mail.example.com"' in response.text
    assert known_settings(account)["password"] == PASSWORD
    for path in ("/channels/", reverse("account_edit", args=[account.pk])):
        assert PASSWORD not in as_admin.get(path).text
    assert "Saved. Leave empty to keep it." in response.text


def test_an_empty_password_keeps_the_one_that_is_there(as_admin: Client) -> None:
    account = make_mail_account()
    as_admin.post(f"/channels/{account.pk}/", mail_server(password="", connections="2"))
    account.refresh_from_db()
    assert known_settings(account)["password"] == PASSWORD
    assert account.settings["connections"] == "2"


def test_another_password_replaces_it(as_admin: Client) -> None:
    account = make_mail_account()
    as_admin.post(f"/channels/{account.pk}/", mail_server(password="another one"))
    account.refresh_from_db()
    assert known_settings(account)["password"] == "another one"


@pytest.mark.parametrize(("host", "is_asked"), [("mail.example.com", False), ("evil.example.net", True)])
def test_a_kept_password_is_not_sent_to_another_host(as_admin: Client, host: str, is_asked: bool) -> None:
    """Who may change the address but does not know the password could otherwise have it sent to themselves."""
    account = make_mail_account()
    response = as_admin.post(f"/channels/{account.pk}/", mail_server(host=host, password=""))
    account.refresh_from_db()
    assert account.settings["host"] == "mail.example.com"
    if is_asked:
        assert "type it again" in error_at(response, "setting_password")
    else:
        assert response.status_code == 302


def test_a_gateways_path_may_change_and_its_host_may_not_without_the_key(as_admin: Client) -> None:
    account = make_account(
        provider="generic_http", settings={"url": "https://sms.example.com/send"}, credentials=seal({"secret": "key"})
    )
    path = f"/channels/{account.pk}/"
    assert as_admin.post(path, gateway(url="https://sms.example.com/v2/send")).status_code == 302
    response = as_admin.post(path, gateway(url="https://sms.example.net/send"))
    assert "type it again" in error_at(response, "setting_secret")


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"host": ""}, "setting_host", "Please fill this in."),
        ({"port": "smtp"}, "setting_port", "This has to be a whole number."),
        ({"port": "70000"}, "setting_port", "from 1 to 65535"),
        ({"security": "none"}, "setting_security", "The password would travel readable."),
        ({"security": "rot13"}, "setting_security", "Select a valid choice."),
        ({"name": ""}, "name", "required"),
    ],
)
def test_what_cannot_work_is_said_once_at_its_field(
    as_admin: Client, changed: dict[str, str], field: str, sentence: str
) -> None:
    response = as_admin.post("/channels/new/smtp/", mail_server(**changed))
    told = error_at(response, field)
    assert sentence in told
    assert told.count("<p") == 1
    assert not Account.objects.exists()


def test_what_was_typed_stays_but_for_the_password_which_says_so(as_admin: Client) -> None:
    page = as_admin.post("/channels/new/smtp/", mail_server(host="")).text
    assert 'value="Our mail"' in page
    assert PASSWORD not in page
    assert "Type it again: it is not shown, nor kept until then." in page


def test_a_name_is_taken_once(as_admin: Client) -> None:
    make_account(name="Our mail")
    assert "exists" in error_at(as_admin.post("/channels/new/smtp/", mail_server()), "name")


def test_the_questions_about_a_gateway_are_asked_in_sections(as_admin: Client) -> None:
    page = as_admin.get("/channels/new/generic_http/").text
    assert page.count('<details class="asked-section"') == 3
    assert page.index("Sending a message") < page.index("What the gateway answers") < page.index("Reports and replies")


def test_a_section_with_something_in_it_stands_open(as_admin: Client) -> None:
    told = {"url": "https://sms.example.com/send", "id_path": "messages.0.id"}
    account = make_account(provider="generic_http", settings=told)
    page = as_admin.get(f"/channels/{account.pk}/").text
    assert page.count('<details class="asked-section"') == 2
    assert 'value="messages.0.id"' in page


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"url": "ftp://sms.example.com"}, "setting_url", "This is not a web address."),
        ({"body": '{"to": {{ to }}}'}, "setting_body", "This is not JSON"),
        ({"headers": "Authorization: Bearer abc"}, "setting_headers", "Put the password into its own field"),
        ({"success_path": "status"}, "setting_success_value", "Please fill in both"),
        ({"webhook_secret": "short"}, "setting_webhook_secret", "at least 16 characters"),
        ({"deduplicates": "on"}, "setting_key_header", "cannot recognise a key that it is not sent"),
        ({"status_words": "DELIVRD = arrived"}, "setting_status_words", "is none of our words"),
    ],
)
def test_a_gateway_that_cannot_work_is_refused_at_the_field(
    as_admin: Client, changed: dict[str, str], field: str, sentence: str
) -> None:
    response = as_admin.post("/channels/new/generic_http/", gateway(**changed))
    assert sentence in error_at(response, field)


def test_a_gateway_is_connected_with_its_webhook(as_admin: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://cascade.example.com"
    page = as_admin.post("/channels/new/generic_http/", gateway(webhook_secret="x" * 16), follow=True).text
    account = Account.objects.get()
    assert f'value="https://cascade.example.com/hooks/{account.webhook_token}/"' in page
    assert "CASCADE_PUBLIC_URL" not in page


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://192.168.1.4", "http://[::1]"]
)
def test_a_webhook_that_no_vendor_can_reach_is_pointed_out(as_admin: Client, settings: Settings, url: str) -> None:
    settings.PUBLIC_URL = url
    account = make_account(provider="generic_http")
    assert "set CASCADE_PUBLIC_URL" in as_admin.get(f"/channels/{account.pk}/").text


def test_a_mail_server_has_no_webhook(as_admin: Client) -> None:
    assert "Where the vendor reports to" not in as_admin.get(f"/channels/{make_mail_account().pk}/").text
