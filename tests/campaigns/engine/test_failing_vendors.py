"""A vendor that answers nothing clear: what it is sent meanwhile, and how it is found out that it works again.

Each message that it does not answer is unknown and never sent again, so as few as possible are tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from django.conf import LazySettings
from django.db import transaction

from campaigns.engine import clock, leases, rates
from campaigns.engine.advance import advance
from campaigns.engine.deliver import deliver
from campaigns.engine.launch import enrol_audience
from campaigns.models import Campaign, Lease, Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from channels.models import Sender, SenderState
from tests.campaigns.servers import in_a_thread
from tests.channels.web import web_server
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_contact, make_sender

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 40
AT_ONCE = 4


@dataclass
class Vendor:
    """Answers with `status`; `asked` are the keys of the requests, and what it answered each."""

    status: int = 200
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.headers["Key"], self.status))
        return web.json_response({"id": request.headers["Key"]}, status=self.status)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def sender(vendor: Vendor, settings: LazySettings) -> Iterator[Sender]:
    """A sender of SMS, of which the vendor takes AT_ONCE requests at once."""
    with in_a_thread(web_server(vendor.answer)) as server:
        settings.PRIVATE_HOSTS = [server.host]
        gateway = {"url": server.url, "body": '{"to": "{{ to }}"}', "id_path": "id", "key_header": "Key"}
        account = make_account(provider="generic_http", settings={**gateway, "requests_at_once": AT_ONCE})
        yield make_sender(channel=Channel.SMS, account=account, rate_per_second=1000)


@pytest.fixture
def campaign(sender: Sender) -> Campaign:
    """A campaign that waits to be sent to PEOPLE."""
    for number in range(PEOPLE):
        make_contact(phone=f"+3806711100{number:02}", consents=(Channel.SMS,))
    plan = RoutePlan(steps=[StepPlan(sender=sender, timeout=timedelta(hours=2))])
    campaign = make_campaign(routes=[plan], status=CampaignStatus.RUNNING)
    enrol_audience(campaign.pk)
    advance(clock.now())
    return campaign


def count(campaign: Campaign, status: MessageStatus) -> int:
    return Message.objects.filter(campaign=campaign, status=status).count()


def pause(sender: Sender) -> timedelta:
    """How long the sender is left alone from now on."""
    closed_until = SenderState.objects.get(sender=sender).closed_until
    return closed_until - clock.real_now() if closed_until else timedelta(0)


def end_pause(sender: Sender) -> None:
    SenderState.objects.filter(sender=sender).update(closed_until=clock.real_now())


def note_failures(sender: Sender, count: int) -> None:
    with transaction.atomic():
        rates.note_failures(rates.lock_state(sender), count, clock.real_now(), None)


def failed_often(sender: Sender) -> None:
    """Five requests of the sender have come to nothing, and it has been left alone for long enough."""
    note_failures(sender, rates.FAILURES_TO_CLOSE)
    end_pause(sender)


def test_a_vendor_that_fails_is_sent_no_more_than_what_was_under_way_and_a_trial_now_and_then(
    vendor: Vendor, sender: Sender, campaign: Campaign
) -> None:
    vendor.status = 500
    deliver(sender.pk)
    unknown = count(campaign, MessageStatus.UNKNOWN)
    assert rates.FAILURES_TO_CLOSE <= unknown < PEOPLE / 2
    assert len(vendor.asked) == unknown
    assert count(campaign, MessageStatus.QUEUED) == PEOPLE - unknown
    assert SenderState.objects.get(sender=sender).failures_in_a_row >= rates.FAILURES_TO_CLOSE


def test_after_its_pause_one_message_is_tried_and_the_others_follow_when_it_was_taken(
    vendor: Vendor, sender: Sender, campaign: Campaign
) -> None:
    failed_often(sender)
    delivered = deliver(sender.pk)
    assert delivered.sent == len(vendor.asked) == count(campaign, MessageStatus.ACCEPTED) == PEOPLE
    assert SenderState.objects.get(sender=sender).failures_in_a_row == 0


def test_a_trial_that_fails_costs_one_message_and_doubles_the_pause(
    vendor: Vendor, sender: Sender, campaign: Campaign
) -> None:
    vendor.status = 500
    failed_often(sender)
    SenderState.objects.update(failures_in_a_row=rates.FAILURES_TO_CLOSE + 3)
    assert deliver(sender.pk).sent == 1
    assert count(campaign, MessageStatus.UNKNOWN) == len(vendor.asked) == 1
    assert count(campaign, MessageStatus.QUEUED) == PEOPLE - 1
    assert rates.FIRST_PAUSE * 8 < pause(sender) <= rates.FIRST_PAUSE * 16


def test_a_number_that_the_vendor_refuses_shows_that_it_works(
    vendor: Vendor, sender: Sender, campaign: Campaign
) -> None:
    vendor.status = 400
    failed_often(sender)
    deliver(sender.pk)
    assert len(vendor.asked) > 1
    assert SenderState.objects.get(sender=sender).failures_in_a_row == 0


def test_answers_that_nobody_was_there_to_hear_say_nothing_of_the_vendor(
    vendor: Vendor, sender: Sender, campaign: Campaign
) -> None:
    deliver(sender.pk)
    Message.objects.update(status=MessageStatus.SENDING)
    for message in Message.objects.prefetch_related("attempts"):
        message.attempts.update(status="sending")
    tokens = set(Message.objects.values_list("claim_token", flat=True))
    for token in filter(None, tokens):
        ids = list(Message.objects.filter(claim_token=token).values_list("pk", flat=True))
        Lease.objects.create(token=token, until=clock.real_now() - timedelta(seconds=1), messages=ids)
    assert leases.reclaim(clock.now()) == PEOPLE
    assert count(campaign, MessageStatus.UNKNOWN) == PEOPLE
    assert SenderState.objects.get(sender=sender).failures_in_a_row == 0
