"""The past of the demo: played by the engine in a lane of its own, once, and to its end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from campaigns.engine import clock
from campaigns.engine.launch import enrol_audience
from campaigns.models import (
    Attempt,
    Campaign,
    Consent,
    Contact,
    ContactImport,
    DowntimeGap,
    EngineClock,
    Enrolment,
    Event,
    Hit,
    Message,
    Segment,
    StepDelta,
    Tick,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import AttemptStatus
from campaigns.sample.history import calendar, year
from campaigns.sample.history.calendar import Size, Story
from campaigns.sample.history.markets import REGION, WEST
from campaigns.sample.loading import load_sample, sample_began_at
from channels.models import InboundRequest, Sender
from tests.campaigns.recounting import differences
from tests.campaigns.test_sample import PASSWORD, installation

pytestmark = pytest.mark.django_db

TINY = Size(campaigns=3, customers=40, carts=8)
# Each kind of trouble in a campaign of its own.
TROUBLED = {0: Story.REFUSED, 1: Story.PAUSED, 2: Story.CANCELLED}


def load_demo() -> None:
    """The sample, as it is when the workers have begun: everybody is enrolled."""
    load_sample(password=PASSWORD)
    for campaign in Campaign.objects.filter(status=CampaignStatus.RUNNING):
        enrol_audience(campaign.pk)


def demo_settings(folder: Path) -> dict[str, object]:
    """The settings of a demo with a history."""
    return {**installation(folder), "CLOCK_MAY_MOVE": True, "HAS_HISTORY": True}


@pytest.fixture(scope="module")
def played(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A tiny history of one market, for the tests that only look at it."""
    folder = tmp_path_factory.mktemp("history")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**demo_settings(folder)):
        load_demo()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(calendar, "STORIES", TROUBLED)
            year.play_year(WEST, size=TINY)
        yield
        transaction.set_rollback(True)


def of_history() -> list[Campaign]:
    """The campaigns that were played."""
    return list(Campaign.objects.filter(launched_at__lt=sample_began_at() - timedelta(days=1)))


@pytest.mark.usefixtures("played")
def test_a_year_of_a_market_is_played_to_its_end() -> None:
    campaigns = of_history()
    assert len(campaigns) == calendar.campaigns_in(TINY)
    assert Contact.objects.filter(attributes__has_key=REGION).count() == 2 * TINY.customers
    assert not Enrolment.objects.open().filter(campaign__in=campaigns).exists()
    assert not Attempt.objects.filter(campaign__in=campaigns, status=AttemptStatus.SENDING).exists()
    statuses = [campaign.status for campaign in campaigns if campaign.kind == "once"]
    assert sorted(statuses) == ["cancelled", "finished", "finished"]
    assert Message.objects.filter(campaign__in=campaigns, opened_at__isnull=False).exists()
    assert Message.objects.filter(campaign__in=campaigns, clicked_at__isnull=False).exists()


@pytest.mark.usefixtures("played")
def test_its_figures_add_up() -> None:
    assert not StepDelta.objects.filter(campaign_id__in=[one.pk for one in of_history()]).exists()
    assert {campaign.name: differences(campaign.pk) for campaign in of_history()} == {
        campaign.name: [] for campaign in of_history()
    }


@pytest.mark.usefixtures("played")
def test_everything_in_it_happened_in_the_year_before_the_demo_and_in_order() -> None:
    campaigns, end = of_history(), sample_began_at()
    begin = end - timedelta(days=366)
    for campaign in campaigns:
        assert campaign.launched_at is not None
        assert begin < campaign.created_at <= campaign.launched_at < (campaign.ended_at or end) <= end
    messages = Message.objects.filter(campaign__in=campaigns)
    events = Event.objects.filter(campaign_id__in=[campaign.pk for campaign in campaigns])
    spans = events.aggregate(first=Min("occurred_at"), last=Max("recorded_at"))
    assert begin < spans["first"] < spans["last"] < end
    assert not events.filter(recorded_at__lt=F("occurred_at")).exists()
    assert not events.filter(occurred_at__lt=F("message_created_at")).exists()
    assert not messages.filter(accepted_at__lt=F("sending_at")).exists()
    assert not messages.filter(clicked_at__lt=F("accepted_at")).exists()
    assert not Enrolment.objects.filter(campaign__in=campaigns, ended_at__lt=F("created_at")).exists()
    joined = Contact.objects.filter(attributes__has_key=REGION)
    assert not joined.filter(created_at__gt=end).exists()
    assert not Consent.objects.filter(contact__in=joined, changed_at__gt=end).exists()
    assert not Segment.objects.filter(created_at__gt=end, name__startswith="West: ").exists()
    imports = ContactImport.objects.filter(name__startswith="west-")
    assert not imports.exclude(state=ContactImport.State.DONE, rejected_count=0).exists()


@pytest.mark.usefixtures("played")
def test_events_of_the_past_have_partitions_of_their_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM campaigns_event_default")
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("played")
def test_the_time_and_the_senders_of_the_product_know_nothing_of_it() -> None:
    assert not EngineClock.objects.exists()
    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)
    assert not Tick.objects.exists()
    assert not DowntimeGap.objects.exists()
    assert not InboundRequest.objects.exists()
    assert max(Sender.objects.values_list("rate_per_second", flat=True)) <= 100


@pytest.mark.usefixtures("played")
def test_machines_and_people_are_told_apart() -> None:
    hits = Hit.objects.filter(attempt__campaign__in=of_history())
    assert not hits.filter(is_machine=None).exists()
    assert set(hits.values_list("is_machine", flat=True)) == {True, False}
