"""Who sends does not wait for others: not for a vendor that leaves requests unanswered, not for a large campaign."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiohttp import web
from django.conf import LazySettings

from campaigns.engine import clock, ticking
from campaigns.engine.advance import advance
from campaigns.engine.deliver import deliver
from campaigns.engine.launch import enrol, enrol_audience
from campaigns.engine.serving import serve
from campaigns.engine.shifts import Shift
from campaigns.engine.urgent import hurry
from campaigns.models import Campaign, Message, Purpose
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.engine.tidy_shifts import TidyShifts, tidy_shifts
from tests.campaigns.servers import in_a_thread
from tests.channels.web import Answer, WebServer, web_server
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_contact, make_sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

PEOPLE = 6


@pytest.fixture
def shifts() -> Iterator[TidyShifts]:
    """A worker's shifts."""
    with tidy_shifts() as running:
        yield running


@pytest.fixture
def vendor(settings: LazySettings) -> Iterator[WebServer]:
    """A vendor that takes everything at once."""
    with in_a_thread(web_server(accept)) as server:
        settings.PRIVATE_HOSTS = [server.host]
        yield server


async def accept(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"id": "taken"})


def unanswered_until(released: threading.Event) -> Answer:
    """A vendor that answers nobody before it is released."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        await asyncio.to_thread(released.wait)
        return web.json_response({"id": "taken late"})

    return answer


def sender_at(server: WebServer, **fields: object) -> Sender:
    """A sender of SMS at `server`, which takes four requests at once."""
    gateway = {"url": server.url, "body": '{"to": "{{ to }}"}', "id_path": "", "requests_at_once": 4}
    account = make_account(provider="generic_http", settings=gateway)
    return make_sender(channel=Channel.SMS, account=account, **{"rate_per_second": 1000, **fields})


def launched(sender: Sender) -> Campaign:
    """A running campaign for everybody by `sender`, everybody let in."""
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])], status=CampaignStatus.RUNNING)
    enrol_audience(campaign.pk)
    return campaign


def make_people() -> None:
    for number in range(PEOPLE):
        make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS,))


def accepted_of(campaign: Campaign) -> int:
    return Message.objects.filter(campaign=campaign, status=MessageStatus.ACCEPTED).count()


def test_a_vendor_that_does_not_answer_keeps_no_worker_from_the_others(
    shifts: TidyShifts, vendor: WebServer, settings: LazySettings
) -> None:
    released = threading.Event()
    make_people()
    with in_a_thread(web_server(unanswered_until(released))) as hanging:
        settings.PRIVATE_HOSTS = [vendor.host, hanging.host]
        slow, quick = sender_at(hanging), sender_at(vendor)
        at_slow, at_quick = launched(slow), launched(quick)
        advance(clock.now())
        shifts.run("slow", lambda shift: serve(slow.pk, shift=shift))
        assert accepted_of(at_slow) == 0, "it is still waiting, and the task is over"
        shifts.run("quick", lambda shift: serve(quick.pk, shift=shift))
        assert accepted_of(at_quick) == PEOPLE
        assert Message.objects.filter(campaign=at_slow, status=MessageStatus.SENDING).count() == 4
        released.set()
        shifts.wait_for_all()
        assert accepted_of(at_slow) == PEOPLE


def test_a_slow_senders_worker_stays_until_all_is_sent_and_keeps_nobody(shifts: TidyShifts, vendor: WebServer) -> None:
    make_people()
    campaign = launched(sender_at(vendor, rate_per_second=2))
    advance(clock.now())
    (sender_id,) = ticking.tick().sender_ids
    sent: list[int] = []
    began_at = clock.real_now()
    shifts.run("limited", lambda shift: sent.append(deliver(sender_id, shift=shift).sent))
    assert sent == [], "the task does not wait for the pace"
    shifts.wait_for_all()
    assert sent == [PEOPLE]
    assert accepted_of(campaign) == PEOPLE
    assert clock.real_now() - began_at >= timedelta(seconds=(PEOPLE - 1) / 2 - 0.5)


def test_what_is_transactional_overtakes_a_campaign_that_nobody_has_decided_yet(
    shifts: TidyShifts, vendor: WebServer
) -> None:
    make_people()
    sender = sender_at(vendor)
    bulk = launched(sender)
    receipt = make_campaign(
        routes=[RoutePlan(steps=[StepPlan(sender=sender)])],
        status=CampaignStatus.RUNNING,
        kind=CampaignKind.API,
        purpose=Purpose.TRANSACTIONAL,
    )
    person = make_contact(phone="+380672223344", consents=(Channel.SMS,), purpose=Purpose.TRANSACTIONAL)
    enrol(campaign=receipt, contact=person, entry_key="order 1", data={})
    work = ticking.find_work(clock.now())
    assert (work.has_urgent, work.has_due_enrolments) == (True, True)
    hurry(shifts, shift=Shift())
    shifts.wait_for_all()
    assert accepted_of(receipt) == 1
    assert not Message.objects.filter(campaign=bulk).exists()
    assert not ticking.find_work(clock.now()).has_urgent
