"""Accounts at vendors: secrets kept sealed, connections tested at real servers, nothing archived under way."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from campaigns import connecting
from campaigns.models import AuditEntry, User
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, Price, Sender
from channels.opening import account_settings
from channels.sandbox import tokens
from tests.campaigns.servers import in_a_thread
from tests.channels.sandbox_server import SECRET, RunningSandbox, running_sandbox
from tests.channels.smtp_server import Postbox, smtp_server
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_price, make_sender, make_user

pytestmark = pytest.mark.django_db

SMTP = {
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "user": "shop",
    "password": "hunter2 hunter2",
}


@pytest.fixture
def admin() -> User:
    return make_user(roles=[Role.ADMIN])


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


def connect(by: User, *, provider: str = "smtp", **settings: Any) -> Account:
    return connecting.save_account(
        account=Account(provider=provider, name="Mail"),
        settings=SMTP | settings if provider == "smtp" else settings,
        by=by,
    )


def test_secrets_are_sealed_and_everything_else_stays_readable(admin: User) -> None:
    """listmonk keeps SMTP passwords in clear in its database."""
    account = connect(admin)
    account.refresh_from_db()
    assert account.settings == {name: value for name, value in SMTP.items() if name != "password"}
    assert b"hunter2" not in bytes(account.credentials)
    assert connecting.known_settings(account)["password"] == SMTP["password"]
    assert account_settings(account).settings["password"] == SMTP["password"]


def test_who_connects_and_changes_is_written_down(admin: User) -> None:
    account = connect(admin)
    connecting.save_account(account=account, settings=SMTP | {"port": "465"}, by=admin)
    entries = AuditEntry.objects.filter(subject_kind="account", subject_id=account.pk).order_by("pk")
    assert [(entry.verb, entry.actor) for entry in entries] == [("connected", admin), ("changed", admin)]
    assert "hunter2" not in str([entry.details for entry in entries])


def test_credentials_that_cannot_be_read_any_more_do_not_hide_the_rest(admin: User, settings: Settings) -> None:
    account = connect(admin)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert connecting.known_settings(account)["host"] == "mail.example.com"
    assert "password" not in connecting.known_settings(account)
    told = connecting.test_connection(account)
    assert not told.is_ok
    assert not told.was_asked
    assert "Type them again" in told.answer


def test_the_vendors_own_answer_is_told(admin: User, sandbox: RunningSandbox) -> None:
    account = connect(admin, provider="sandbox", **own_sandbox.account_settings("shop"))
    told = connecting.test_connection(account)
    assert told.is_ok
    assert told.answer == '{"account": "shop"}'


def test_a_wrong_key_is_told_in_the_vendors_words_and_the_key_is_not(admin: User, sandbox: RunningSandbox) -> None:
    wrong = own_sandbox.account_settings("shop") | {"api_key": "shop.0123456789abcdef0123456789abcdef01234567"}
    told = connecting.test_connection(connect(admin, provider="sandbox", **wrong))
    assert not told.is_ok
    assert told.was_asked
    assert "wrong_credentials" in told.answer
    assert "0123456789abcdef" not in told.answer


def test_a_mail_server_is_asked_to_let_us_in(admin: User, settings: Settings) -> None:
    with in_a_thread(smtp_server(Postbox(), password="hunter2 hunter2")) as host:
        settings.PRIVATE_HOSTS = [host]
        told = {"host": "127.0.0.1", "port": host.partition(":")[2], "security": "none"}
        assert connecting.test_connection(connect(admin, **told)).is_ok
        account = Account.objects.get()
        connecting.save_account(account=account, settings=SMTP | told | {"password": "wrong"}, by=admin)
        refused = connecting.test_connection(account)
    assert not refused.is_ok
    assert "535" in refused.answer


def test_a_server_that_is_not_there_and_one_in_our_own_network_are_told_apart(admin: User, settings: Settings) -> None:
    account = connect(admin, host="127.0.0.1", port="9", security="none")
    forbidden = connecting.test_connection(account).answer
    settings.PRIVATE_HOSTS = ["127.0.0.1:9"]
    missing = connecting.test_connection(account).answer
    assert "private" in forbidden.lower() or "forbidden" in forbidden.lower(), forbidden
    assert forbidden != missing


def test_a_gateway_that_cannot_be_asked_anything_harmless_is_not_said_to_work(admin: User) -> None:
    account = connect(admin, provider="generic_http", url="https://sms.example.com/send", body="{}")
    told = connecting.test_connection(account)
    assert not told.was_asked
    assert "Send a message to yourself" in told.answer


def test_the_own_sandbox_needs_no_keys_to_be_typed(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.SANDBOX_URL = tmp_path, "http://127.0.0.1:8001"
    known = connecting.known_settings(Account(provider="sandbox"))
    other = connecting.known_settings(Account(provider="sandbox"))
    assert known["url"] == settings.SANDBOX_URL
    secret = tokens.load_secret(tmp_path / own_sandbox.FOLDER)
    assert tokens.account_of(secret, known["api_key"]) != tokens.account_of(secret, other["api_key"])
    assert connecting.known_settings(Account(provider="smtp")) == {}
    settings.SANDBOX_URL = ""
    assert connecting.known_settings(Account(provider="sandbox")) == {}


@pytest.mark.parametrize("status", [CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED])
def test_what_a_campaign_still_sends_from_is_not_archived(admin: User, status: CampaignStatus) -> None:
    used = make_sender()
    make_sender(account=used.account)
    make_campaign(name="Autumn", status=status, routes=[RoutePlan(steps=[StepPlan(sender=used)])])
    with pytest.raises(connecting.InUse) as refused:
        connecting.archive_account(account=used.account, by=admin)
    assert refused.value.campaigns == ["Autumn"]
    assert not Sender.objects.exclude(archived_at=None).exists()
    assert not Account.objects.exclude(archived_at=None).exists()


@pytest.mark.parametrize("status", [CampaignStatus.DRAFT, CampaignStatus.FINISHED, CampaignStatus.CANCELLED])
def test_an_account_goes_with_its_senders_when_nothing_runs_on_it(admin: User, status: CampaignStatus) -> None:
    sender = make_sender()
    make_campaign(status=status, routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    connecting.archive_account(account=sender.account, by=admin)
    sender.refresh_from_db()
    assert sender.archived_at is not None
    assert Account.objects.get(pk=sender.account_id).archived_at is not None
    assert not Sender.objects.usable().exists()
    assert {entry.subject_kind for entry in AuditEntry.objects.filter(verb="archived")} == {"account", "sender"}


def test_prices_are_changed_added_and_removed_and_a_colleagues_new_one_stays(admin: User) -> None:
    account = make_account()
    for country in ("", "ES", "UA"):
        make_price(account=account, channel=Channel.SMS, amount="0.05", country=country)
    shown = {("sms", ""), ("sms", "ES")}
    quote = (Decimal("0.07"), "EUR", Decimal("1.1"))

    connecting.save_prices(account=account, prices={("sms", ""): quote, ("viber", ""): quote}, replaced=shown, by=admin)

    told = {(price.channel, price.country): (price.amount, price.currency) for price in Price.objects.all()}
    assert told == {
        ("sms", ""): (Decimal("0.07"), "EUR"),
        ("viber", ""): (Decimal("0.07"), "EUR"),
        ("sms", "UA"): (Decimal("0.05"), "USD"),
    }
