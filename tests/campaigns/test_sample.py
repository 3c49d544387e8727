"""The sample of the demo: valid, launchable, loaded once, and moved by nothing but the engine."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from campaigns import launch_checks
from campaigns.engine import clock, deliver, ticking
from campaigns.engine.advance import advance
from campaigns.engine.launch import enrol_audience
from campaigns.engine.shifts import Shift
from campaigns.models import (
    Attempt,
    Campaign,
    Message,
    Step,
    User,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from campaigns.permissions import Role, roles_of
from campaigns.reports import campaign_report
from campaigns.sample.campaigns import draft_campaigns
from campaigns.sample.contacts import load_contacts
from campaigns.sample.loading import load_sample
from campaigns.sample.new_season import NEW_SEASON
from campaigns.sample.orders import ORDERS
from campaigns.sample.segments import load_segments
from campaigns.sample.vendors import connect_vendor
from channels import own_sandbox
from channels.kinds import Channel
from tests.campaigns.engine.sandbox_thread import SandboxThread, sandbox_thread
from tests.channels.sandbox_server import SECRET
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough pass phrase"


def installation(folder: Path) -> dict[str, object]:
    """The settings with which the supervisor starts the demo; a hash of passwords that takes no time."""
    return {
        "DATA_DIR": folder,
        "SANDBOX_URL": "http://127.0.0.1:8001",
        "PUBLIC_URL": "http://127.0.0.1:9",
        "STEP_TIMEOUT_MIN": timedelta(seconds=5),
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> None:
    """An installation before its sample is loaded."""
    for name, value in installation(tmp_path).items():
        setattr(settings, name, value)


@pytest.fixture
def vendor(demo: None, settings: Settings, tmp_path: Path) -> Iterator[SandboxThread]:
    """A sandbox under way that shares its secret with the product."""
    folder = tmp_path / own_sandbox.FOLDER
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    with sandbox_thread(folder) as running:
        settings.SANDBOX_URL = running.sandbox.url
        settings.PRIVATE_HOSTS = [running.sandbox.host]
        yield running


def everything() -> dict[str, int]:
    """How many rows each table of the product has."""
    models = [*apps.get_app_config("campaigns").get_models(), *apps.get_app_config("channels").get_models()]
    return {model.__name__: model._base_manager.count() for model in models}


@pytest.mark.usefixtures("demo")
def test_a_start_fills_the_demo_and_the_next_one_changes_nothing() -> None:
    call_command("load_sample", password=PASSWORD)
    before = everything()

    call_command("load_sample", password=PASSWORD)

    assert everything() == before
    assert before["Contact"] == 400
    assert {(user.email, *roles_of(user)) for user in User.objects.all()} == {
        (f"{role.value}@demo.cascade", role) for role in Role
    }
    statuses = {campaign.name: campaign.status for campaign in Campaign.objects.all()}
    assert statuses.pop(NEW_SEASON.name) == CampaignStatus.DRAFT
    assert set(statuses.values()) == {CampaignStatus.RUNNING}


@pytest.mark.usefixtures("demo")
def test_a_sample_that_cannot_be_loaded_leaves_nothing(settings: Settings) -> None:
    settings.STEP_TIMEOUT_MIN = timedelta(hours=1)
    with pytest.raises(Exception, match="A step has to wait for at least"):
        load_sample(password=PASSWORD)
    assert everything()["Contact"] == everything()["Account"] == everything()["User"] == 0


@pytest.mark.usefixtures("demo")
def test_without_a_sandbox_there_is_no_sample(settings: Settings) -> None:
    settings.SANDBOX_URL = ""
    with pytest.raises(CommandError, match="CASCADE_SANDBOX_URL"):
        call_command("load_sample", password=PASSWORD)


@pytest.mark.usefixtures("demo")
def test_everything_that_is_launched_could_be_launched_by_a_person() -> None:
    user = make_user(roles=[Role.MARKETER])
    senders = connect_vendor(by=user)
    load_contacts(by=user, now=timezone.now())
    segments = load_segments(by=user, today=timezone.localdate())

    drafts = draft_campaigns(senders=senders, segments=segments, by=user)

    problems = {name: launch_checks.problems(draft) for name, draft in drafts.items()}
    by_api = problems.pop(ORDERS.name)
    assert all(found == () for found in problems.values()), problems
    # Whoever enrols by API sends these values along.
    assert not [problem for problem in by_api if problem.is_blocking]


@pytest.mark.usefixtures("vendor")
def test_the_engine_sends_the_sample_to_the_sandbox_on_every_channel_of_its_chains() -> None:
    load_sample(password=PASSWORD)
    for campaign in Campaign.objects.filter(status=CampaignStatus.RUNNING):
        enrol_audience(campaign.pk)
    first_steps = set(Step.objects.filter(route__version__frozen_at__isnull=False).values_list("channel", flat=True))

    for _ in range(2):
        while advance(clock.now())[0]:
            pass
        for sender_id in ticking.tick().sender_ids:
            deliver.deliver(sender_id, shift=Shift(timedelta(seconds=2)))

    accepted = Message.objects.filter(status=MessageStatus.ACCEPTED)
    assert set(accepted.values_list("channel", flat=True)) >= first_steps - {Channel.CALL_TASK, Channel.VOICE}
    assert not Message.objects.filter(status__in=[MessageStatus.FAILED, MessageStatus.UNKNOWN]).exists()
    assert not Attempt.objects.exclude(error_code="").exists()
    for campaign in Campaign.objects.filter(status=CampaignStatus.RUNNING):
        assert campaign_report(campaign.pk).problems() == []
