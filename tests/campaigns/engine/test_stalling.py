"""A vendor that leaves many requests without an answer holds up those requests, and nothing else."""

import asyncio
import time
from datetime import timedelta

import pytest
from aiohttp import web
from django.conf import LazySettings

from campaigns.engine import clock
from campaigns.engine.advance import advance
from campaigns.engine.deliver import deliver
from campaigns.engine.launch import enrol_audience
from campaigns.engine.shifts import Shift
from campaigns.models import Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.engine.stage import Stage
from tests.campaigns.servers import in_a_thread
from tests.channels.web import web_server
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_contact, make_sender

pytestmark = pytest.mark.django_db

PEOPLE = 12
# Of four requests at once.
HELD = 3


def test_more_than_half_of_the_requests_hang_and_the_rest_go_on(stage: Stage, settings: LazySettings) -> None:
    asked = 0
    all_asked = asyncio.Event()

    async def answer(_request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        number = asked
        if asked == PEOPLE:
            all_asked.set()
        if number <= HELD:
            await asyncio.wait_for(all_asked.wait(), timeout=15)
        return web.json_response({"id": str(number)})

    with in_a_thread(web_server(answer)) as server:
        settings.PRIVATE_HOSTS = [server.host]
        sender = queue_for_everybody(server.url)
        began = time.monotonic()
        assert deliver(sender.pk).sent == PEOPLE
    assert time.monotonic() - began < 10
    assert Message.objects.filter(status=MessageStatus.ACCEPTED).count() == PEOPLE


def test_what_has_not_left_when_the_shift_ends_goes_back_into_the_queue(stage: Stage, settings: LazySettings) -> None:
    """A batch at a silent vendor kept its worker for ten minutes, and nobody read what came back meanwhile."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"id": "1"})

    with in_a_thread(web_server(answer)) as server:
        settings.PRIVATE_HOSTS = [server.host]
        sender = queue_for_everybody(server.url)
        delivered = deliver(sender.pk, shift=Shift(timedelta(0)))
        assert 0 < delivered.sent < PEOPLE
        assert delivered.wait == timedelta(0), "another task goes on at once"
        assert Message.objects.filter(status=MessageStatus.ACCEPTED).count() == delivered.sent
        assert Message.objects.filter(status=MessageStatus.QUEUED).count() == PEOPLE - delivered.sent
        assert deliver(sender.pk).sent == PEOPLE - delivered.sent


def queue_for_everybody(url: str) -> Sender:
    """A message for each of PEOPLE is queued for the sender at a gateway, which takes four requests at once."""
    for number in range(PEOPLE):
        make_contact(phone=f"+3806711100{number:02}", consents=(Channel.SMS,))
    gateway = {"url": url, "body": '{"to": "{{ to }}"}', "id_path": "id", "requests_at_once": 4}
    account = make_account(provider="generic_http", settings=gateway)
    sender = make_sender(channel=Channel.SMS, account=account, rate_per_second=1000)
    campaign = make_campaign(
        routes=[RoutePlan(steps=[StepPlan(channel=Channel.SMS, sender=sender)])], status=CampaignStatus.RUNNING
    )
    enrol_audience(campaign.pk)
    advance(clock.now())
    return sender
