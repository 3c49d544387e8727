"""The account at this installation's own sandbox: connected by one click, found again when it has moved."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from campaigns.models import AuditEntry
from campaigns.permissions import Role
from campaigns.sandbox_account import NoSandbox, is_connected, use_sandbox
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, Sender
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:8001"


@pytest.fixture(autouse=True)
def on_demand(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = tmp_path, URL, True


def test_it_is_asked_for_and_has_a_priced_sender_on_every_channel() -> None:
    use_sandbox(by=make_user(roles=[Role.ADMIN]))
    account = Account.objects.get()
    assert own_sandbox.is_there()
    assert is_connected()
    assert set(Sender.objects.usable().values_list("channel", flat=True)) == set(Channel.values)
    assert set(account.prices.values_list("channel", flat=True)) == set(Channel.values)
    assert AuditEntry.objects.filter(verb="connected", subject_id=account.pk).exists()


def test_asking_twice_connects_it_once() -> None:
    admin = make_user(roles=[Role.ADMIN])
    for _ in range(2):
        use_sandbox(by=admin)
    assert Account.objects.count() == 1


def test_another_account_may_have_its_name() -> None:
    make_account(provider="smtp", name="Sandbox")
    use_sandbox(by=make_user(roles=[Role.ADMIN]))
    assert Account.objects.filter(name="Sandbox 2", provider="sandbox").exists()


def test_where_there_can_be_none_it_is_refused(settings: Settings) -> None:
    settings.SANDBOX_URL = ""
    with pytest.raises(NoSandbox):
        use_sandbox(by=make_user(roles=[Role.ADMIN]))
    assert not Account.objects.exists()


def test_its_account_follows_it_to_another_port(settings: Settings) -> None:
    use_sandbox(by=make_user(roles=[Role.ADMIN]))
    settings.SANDBOX_URL = "http://127.0.0.1:9001"
    assert not is_connected()
    call_command("follow_sandbox")
    assert is_connected()
