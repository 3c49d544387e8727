"""A vendor that leaves many requests without an answer holds up those requests, and nothing else."""

import asyncio
import contextlib
from datetime import timedelta

import psycopg
import pytest
from aiohttp import web
from django.conf import LazySettings, settings
from django.db import OperationalError, connection

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
AT_ONCE = 4
# Of so many requests at once.
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
        assert deliver(sender.pk).sent == PEOPLE
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


@pytest.mark.django_db(transaction=True)
def test_answers_are_kept_while_the_database_is_away(stage: Stage, settings: LazySettings) -> None:
    """They were forgotten with the connection, and became unknown."""
    asked = 0
    all_wait = asyncio.Event()
    session = connection.cursor().connection.info.backend_pid

    async def answer(_request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked == AT_ONCE:
            await asyncio.to_thread(end_session, session)
            all_wait.set()
        await asyncio.wait_for(all_wait.wait(), timeout=15)
        return web.json_response({"id": str(asked)})

    with in_a_thread(web_server(answer)) as server:
        settings.PRIVATE_HOSTS = [server.host]
        sender = queue_for_everybody(server.url)
        # Whatever asks the database next ends the shift, unless it is the answers.
        with contextlib.suppress(OperationalError):
            deliver(sender.pk)
    assert Message.objects.filter(status=MessageStatus.ACCEPTED).count() == asked >= AT_ONCE
    assert not Message.objects.filter(status=MessageStatus.SENDING).exists()


def end_session(pid: int) -> None:
    """PostgreSQL ends a session as it does when it is restarted."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def queue_for_everybody(url: str) -> Sender:
    """A message for each of PEOPLE is queued for the sender at a gateway, which takes four requests at once."""
    for number in range(PEOPLE):
        make_contact(phone=f"+3806711100{number:02}", consents=(Channel.SMS,))
    gateway = {"url": url, "body": '{"to": "{{ to }}"}', "id_path": "id", "requests_at_once": AT_ONCE}
    account = make_account(provider="generic_http", settings=gateway)
    sender = make_sender(channel=Channel.SMS, account=account, rate_per_second=1000)
    campaign = make_campaign(
        routes=[RoutePlan(steps=[StepPlan(channel=Channel.SMS, sender=sender)])], status=CampaignStatus.RUNNING
    )
    enrol_audience(campaign.pk)
    advance(clock.now())
    return sender
