"""Celery as it is run, and what befalls it: killed workers, a broker that forgets, one beat too many.

The judge is the vendor: every contact has exactly one message in the sandbox, and the figures add up.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from campaigns.engine import clock
from campaigns.engine.launch import launch
from campaigns.models import Campaign, Condition, Message, Outcome
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from campaigns.reports import CampaignReport, campaign_report
from channels.crypto import seal
from channels.kinds import Channel
from tests.acceptance.pump import Pump, empty_queues, sandbox_process, wait_until
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_contact, make_price, make_sender
from tests.ports import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

PEOPLE = 300
# Slow enough to be hit in the middle of it.
RATE_PER_SECOND = 50
# Leases are not longer than a minute (claiming.LEASE, marking.MARGIN).
LEASES_END = timedelta(minutes=1)
TIMEOUT = timedelta(hours=1)
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def pump(tmp_path: Path, live_server: LiveServer) -> Iterator[Pump]:
    """Celery's processes at the test's database, with the test's web server for webhooks; none survives the test."""
    empty_queues()
    with sandbox_process(tmp_path, port=free_port()) as sandbox:
        pump = Pump(folder=tmp_path, public_url=live_server.url, sandbox=sandbox)
        yield pump
        pump.end()
    empty_queues()


@pytest.fixture
def campaign(pump: Pump) -> Campaign:
    """A draft for 300 people: one SMS, successful when it is delivered."""
    settings = {"url": pump.sandbox.url, "deduplicates_hours": 24, "batch_size": 10}
    account = make_account(settings=settings, credentials=seal(pump.sandbox.credentials))
    make_price(account=account, channel=Channel.SMS, amount="0.05")
    sender = make_sender(channel=Channel.SMS, account=account, rate_per_second=RATE_PER_SECOND)
    for number in range(PEOPLE):
        make_contact(phone=f"+380672{number:06}", consents=(Channel.SMS,))
    step = StepPlan(channel=Channel.SMS, sender=sender, condition=Condition.DELIVERED, timeout=TIMEOUT)
    return make_campaign(routes=[RoutePlan(steps=[step])], text="Hello {{ first_name }}: {{ link }}")


def test_a_worker_killed_in_the_middle_of_sending_loses_nobody_and_repeats_nothing(
    pump: Pump, campaign: Campaign, settings: Settings
) -> None:
    """Incidents: listmonk (a crash loses the queue and says finished), knadh/listmonk#2313, PostHog/posthog#70400."""
    # No report reaches us, so nothing but the answers, which the worker does not live to hear, tells what was sent.
    pump.public_url = NOWHERE
    pump.sandbox.be_slow(seconds=1)
    launch(campaign=campaign, actor=None)
    worker = pump.worker()
    pump.beat()
    wait_until(lambda: len(pump.sandbox.inbox()) > PEOPLE // 4, what="a quarter has been sent")
    pump.kill(worker)
    assert len(pump.sandbox.inbox()) < PEOPLE
    assert in_state(campaign, MessageStatus.SENDING), "the worker was to die while it waited for answers"

    let_leases_end()
    pump.worker()
    wait_until(lambda: in_state(campaign, MessageStatus.ACCEPTED) == PEOPLE, what="everything has been accepted")
    asked = {message["asked"] for message in pump.sandbox.inbox()}
    assert asked == {1, 2}, "what was under way is sent again under its key"

    settings.CLOCK_MAY_MOVE = True
    clock.shift(TIMEOUT)
    wait_until(lambda: is_finished(campaign), what="the campaign has finished")
    report = report_of_one_message_each(pump, campaign)
    assert report.audience.ended_as(Outcome.EXHAUSTED) == PEOPLE


def test_a_broker_that_forgets_and_two_beats_of_which_one_dies_change_nothing(pump: Pump, campaign: Campaign) -> None:
    """Incidents: celery/celery#4808, django-celery-beat#576 (two beats, every task twice), mautic#3669."""
    launch(campaign=campaign, actor=None)
    assert empty_queues(), "the launch had told Celery"
    pump.worker()
    beats = [pump.beat(), pump.beat()]
    wait_until(lambda: len(pump.sandbox.inbox()) > PEOPLE // 4, what="a quarter has been sent")
    pump.kill(beats[0])
    empty_queues()
    wait_until(lambda: len(pump.sandbox.inbox()) > PEOPLE // 2, what="a half has been sent")
    empty_queues()

    wait_until(lambda: is_finished(campaign), what="the campaign has finished")
    assert {message["asked"] for message in pump.sandbox.inbox()} == {1}
    report = report_of_one_message_each(pump, campaign)
    assert report.audience.engaged == PEOPLE


def in_state(campaign: Campaign, status: MessageStatus) -> int:
    """How many messages of the campaign are in this state."""
    return Message.objects.filter(campaign=campaign, status=status).count()


def let_leases_end() -> None:
    """A minute later nobody has extended the leases of a dead worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_lease SET until = until - make_interval(secs => %s)",
            [LEASES_END.total_seconds()],
        )


def is_finished(campaign: Campaign) -> bool:
    """Whether the campaign has come to its end."""
    campaign.refresh_from_db(fields=["status"])
    return campaign.status == CampaignStatus.FINISHED


def report_of_one_message_each(pump: Pump, campaign: Campaign) -> CampaignReport:
    """The figures, which add up; the vendor has exactly one message for each person."""
    received = pump.sandbox.received()
    assert len(received) == PEOPLE
    assert set(received.values()) == {1}
    report = campaign_report(campaign.pk)
    assert report.problems() == []
    assert (report.audience.people, report.audience.open) == (PEOPLE, 0)
    assert [step.figures.accepted for step in report.steps] == [PEOPLE]
    assert (report.unknown, report.failed) == (0, 0)
    return report
