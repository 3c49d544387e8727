"""The operations page in a real browser: empty, well, and with everything wrong at once; it keeps itself up to date."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from playwright.sync_api import expect
from pytest_django import Settings

from campaigns.engine import clock, stats
from campaigns.models import Alert, AlertKind, Lease, Pulse
from campaigns.models.messages import HoldReason, MessageStatus
from campaigns.operations import alerts
from campaigns.operations.broker import QUEUES
from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import SenderState
from tests.campaigns.histories import make_history
from tests.campaigns.operations.brokers import broker_at
from tests.campaigns.operations.running import show_everybody, show_pulse
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import (
    RoutePlan,
    StepPlan,
    ago,
    make_account,
    make_campaign,
    make_enrolment,
    make_message,
    make_sender,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent_broker(settings: Settings) -> Iterator[None]:
    """A broker that does not tell how old its tasks are."""
    with broker_at("memory://", settings):
        yield


def everything_wrong() -> None:
    """Nobody is at work, a campaign is stuck, another is held, and so is a sender; another is refused.

    The audience of one more is not enrolled.
    """
    make_campaign(name="Winter sale", status="running", launched_at=ago(hours=1))
    show_pulse(Pulse.Kind.WEB)
    account = make_account(name="Vonage")
    held = make_sender(account=account, name="SHOP", held_at=ago(hours=3), held_reason="402 balance is empty")
    refused = make_sender(account=account, name="Shop on Viber", channel=Channel.VIBER)
    SenderState.objects.create(
        sender=refused, tokens_at=ago(), failures_in_a_row=7, closed_until=ago() + timedelta(minutes=4)
    )
    make_sender(account=account, name="Old number", is_active=False)
    working = make_sender(account=account, name="News by mail", channel=Channel.EMAIL)
    for name, sender in {"Autumn collection": working, "Forgotten baskets": held}.items():
        campaign = make_campaign(name=name, status="running", routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
        for number in range(12):
            enrolment = make_enrolment(campaign=campaign, created_at=ago(hours=4), next_at=ago(hours=2, minutes=number))
            is_late = number % 3 == 0
            make_message(
                enrolment=enrolment,
                queued_at=ago(hours=3),
                available_at=ago(hours=-5) if is_late else ago(hours=2),
                hold_reason=HoldReason.QUIET_HOURS if is_late else "",
            )
    campaign = make_campaign(
        name="Loyalty club", status="running", held_at=ago(hours=1), held_reason="400 template unknown"
    )
    enrolment = make_enrolment(campaign=campaign, next_at=ago(hours=1))
    claimed = make_message(enrolment=enrolment, status=MessageStatus.CLAIMED, claim_token=uuid.UUID(int=0))
    Lease.objects.create(token=uuid.UUID(int=0), until=ago(minutes=3), messages=[claimed.pk])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_inboundrequest (received_at, retry_at, account_id, method, path, body)"
            " VALUES ('2001-01-01Z', now() - interval '1 hour', 1, 'POST', '/hooks/', '')"
        )
    now = clock.real_now()
    Alert.objects.create(
        kind=AlertKind.NO_WORKER,
        subject="bulk",
        name="bulk",
        began_at=ago(days=2),
        raised_at=ago(days=2),
        ended_at=ago(days=1),
    )
    for minute in range(3):
        alerts.look(now + timedelta(minutes=minute))


def all_well() -> None:
    """Everybody is at work, on a campaign of yesterday."""
    show_everybody()
    show_pulse(queues=QUEUES[1:])
    make_history(random=Random(1), people=40)
    stats.fold()


def test_an_empty_product_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.ADMIN, width=width)
    page.goto("/operations/")
    suits_everybody(page, "operations-empty")


def test_a_product_that_is_well_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    all_well()
    page = page_as(Role.ADMIN, width=width)
    page.goto("/operations/")
    suits_everybody(page, "operations-well")


@pytest.mark.usefixtures("silent_broker")
def test_a_product_with_everything_wrong_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    everything_wrong()
    page = page_as(Role.ADMIN, width=width)
    page.goto("/operations/")
    suits_everybody(page, "operations-wrong")
    page.goto("/")
    suits_everybody(page, "operations-home")


def test_the_page_keeps_itself_up_to_date_without_disturbing(page_as: PageAs) -> None:
    page = page_as(Role.ADMIN)
    page.goto("/operations/")
    expect(page.get_by_text("No beat is alive")).to_be_visible()
    table = page.locator("#queues-table")
    table.focus()
    show_everybody()
    expect(page.get_by_role("heading", name="All is well")).to_be_visible(timeout=60_000)
    expect(table).to_be_focused()
