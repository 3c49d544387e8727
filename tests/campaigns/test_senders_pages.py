"""The pages of senders, held ones too, and the way out for accounts."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import AuditEntry
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.account_forms import answers, error_at, make_mail_account
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    make_account,
    make_campaign,
    make_enrolment,
    make_message,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_admin(client: Client) -> Client:
    client.force_login(make_user(roles=[Role.ADMIN]))
    return client


def sender_form(**changed: object) -> dict[str, object]:
    told = {"channel": "sms", "name": "Shop", "identity": "SHOP", "rate_per_second": "50", "is_active": "on"}
    return answers(**{**told, **changed})


def test_a_sender_is_added_to_an_account(as_admin: Client) -> None:
    account = make_account()
    response = as_admin.post(f"/channels/{account.pk}/senders/new/", sender_form(fault="slow"), follow=True)
    sender = Sender.objects.get()
    assert (sender.account, sender.channel, sender.identity, sender.rate_per_second) == (account, "sms", "SHOP", 50)
    assert sender.settings == {"fault": "slow"}
    assert "Shop is saved." in response.text
    assert AuditEntry.objects.filter(subject_kind="sender", subject_id=sender.pk, verb="made").exists()


def test_only_the_vendors_own_channels_are_offered(as_admin: Client) -> None:
    account = make_mail_account()
    page = as_admin.get(f"/channels/{account.pk}/senders/new/").text
    assert 'value="email"' in page
    assert 'value="sms"' not in page
    response = as_admin.post(f"/channels/{account.pk}/senders/new/", sender_form())
    assert "Select a valid choice" in error_at(response, "channel")


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"rate_per_second": "0"}, "rate_per_second", "At least 1."),
        ({"rate_per_second": "-3"}, "rate_per_second", "greater than or equal to 0"),
        ({"identity": ""}, "identity", "required"),
        ({"identity": "TAKEN"}, "identity", "This account has such a sender already."),
    ],
)
def test_a_sender_that_cannot_work_is_refused_at_the_field(
    as_admin: Client, changed: dict[str, str], field: str, sentence: str
) -> None:
    taken = make_sender(identity="TAKEN")
    response = as_admin.post(f"/channels/{taken.account_id}/senders/new/", sender_form(**changed))
    assert sentence in error_at(response, field)
    assert Sender.objects.count() == 1


def test_a_senders_channel_stays_what_it_is(as_admin: Client) -> None:
    sender = make_sender(identity="SHOP")
    as_admin.post(f"/channels/senders/{sender.pk}/", sender_form(channel="viber", name="New name"))
    sender.refresh_from_db()
    assert (sender.channel, sender.name) == (Channel.SMS, "New name")


def test_an_archived_senders_identity_may_be_used_again(as_admin: Client) -> None:
    old = make_sender(identity="SHOP", archived_at=NOON)
    assert as_admin.post(f"/channels/{old.account_id}/senders/new/", sender_form()).status_code == 302


def test_the_senders_of_an_account_that_is_switched_off_are_not_called_ready(as_admin: Client) -> None:
    make_sender(account=make_account(is_active=False))
    page = as_admin.get("/channels/").text
    assert "Ready" not in page
    assert "Switched off" in page


def held_sender() -> Sender:
    sender = make_sender(held_at=NOON, held_reason="402 the balance is empty")
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    for _ in range(3):
        make_message(enrolment=make_enrolment(campaign=campaign), status=MessageStatus.QUEUED)
    return sender


def test_a_held_sender_says_why_and_how_many_wait_before_it_is_released(as_admin: Client) -> None:
    sender = held_sender()
    for path in ("/channels/", f"/channels/{sender.account_id}/", f"/channels/senders/{sender.pk}/"):
        assert "402 the balance is empty" in as_admin.get(path).text
    question = as_admin.get(f"/channels/senders/{sender.pk}/release/").text
    assert "402 the balance is empty" in question
    assert "3 messages are waiting for it and leave now" in question

    response = as_admin.post(f"/channels/senders/{sender.pk}/release/", follow=True)

    sender.refresh_from_db()
    assert (sender.held_at, sender.held_reason) == (None, "")
    assert sender.released_at is not None
    assert f"{sender} sends again." in response.text


def test_of_a_held_sender_for_whom_nothing_waits_that_is_told(as_admin: Client) -> None:
    sender = make_sender(held_at=NOON, held_reason="402 the balance is empty")
    assert "No message is waiting for it." in as_admin.get(f"/channels/senders/{sender.pk}/release/").text


def test_an_account_in_use_is_not_archived_and_the_campaigns_are_named(as_admin: Client) -> None:
    sender = make_sender()
    make_campaign(name="Autumn", status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    for path in (f"/channels/{sender.account_id}/archive/", f"/channels/senders/{sender.pk}/archive/"):
        assert "Reports keep what was sent." in as_admin.get(path).text
        assert "Autumn" in as_admin.post(path, follow=True).text
    assert not Sender.objects.exclude(archived_at=None).exists()


def test_an_unused_account_is_archived_with_its_senders(as_admin: Client) -> None:
    sender = make_sender()
    account = sender.account
    assert "It goes with 1 sender." in as_admin.get(f"/channels/{account.pk}/archive/").text
    page = as_admin.post(f"/channels/{account.pk}/archive/", follow=True).text
    assert f"{account} is archived." in page
    assert reverse("account_edit", args=[account.pk]) not in page
    assert not Sender.objects.filter(archived_at=None).exists()
