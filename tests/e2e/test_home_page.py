"""The first page in a real browser: empty, with everything going on, and with problems; for everybody to use."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import BudgetState, Campaign, ContactImport, Outcome, StepStats, StepTotal
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import RoutePlan, StepPlan, make_campaign, make_sender

pytestmark = pytest.mark.django_db(transaction=True)


def going_on(name: str, *, people: int, acted: int, **fields: object) -> Campaign:
    """A launched campaign with figures of its own."""
    now = timezone.now()
    plan = RoutePlan(steps=[StepPlan(channel=Channel.CALL_TASK)])
    campaign = make_campaign(
        name=name, routes=[plan], **{"status": CampaignStatus.RUNNING, "launched_at": now, "enrolled_at": now, **fields}
    )
    route = campaign.version.routes.get()
    key = route.steps.get().key
    engaged = counters.outcome(Outcome.ENGAGED)
    for step_key, counter, value in (
        ("", Counter.AUDIENCE, people),
        ("", engaged, acted),
        (key, Counter.ACCEPTED, people),
        (key, Counter.COST, people * Decimal("0.045")),
    ):
        place = {"campaign_id": campaign.pk, "route_id": route.pk, "step_key": step_key, "counter": counter}
        StepTotal.objects.create(**place, value=value)
        for days in range(10):
            hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
            StepStats.objects.create(**place, version_id=route.version_id, hour=hour, value=value // (days + 2))
    return campaign


def test_an_empty_product_shows_the_way(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody, settings: Settings
) -> None:
    settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = "http://127.0.0.1:8001", True
    page = page_as(Role.ADMIN, Role.MARKETER, width=width)
    page.goto("/")
    expect(page.get_by_role("button", name="Use the sandbox")).to_be_visible()
    suits_everybody(page, "home-empty")


def test_what_runs_and_what_happened_stands_on_one_page(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    going_on("Autumn news for people who have not been here for a long time", people=12_480, acted=5_197)
    going_on("Order confirmations", people=210, acted=180)
    going_on("Weekend offer", people=900, acted=120, status=CampaignStatus.PAUSED)
    tomorrow = timezone.now() + timedelta(days=1)
    make_campaign(name="Black Friday", status=CampaignStatus.SCHEDULED, launched_at=tomorrow, starts_at=tomorrow)
    going_on("Summer sale", people=3_000, acted=1_400, status=CampaignStatus.FINISHED, ended_at=timezone.now())
    page = page_as(Role.ADMIN, Role.MARKETER, width=width)
    page.goto("/")
    expect(page.locator("#week .stat-value").first).not_to_be_empty()
    suits_everybody(page, "home-full")
    page.locator("#week").get_by_role("link", name="Messages sent").click()
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()


def test_each_problem_leads_to_its_mending(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    sender = make_sender(name="SHOP", held_at=timezone.now(), held_reason="402 balance is empty")
    held = going_on("Autumn", people=900, acted=20, held_at=timezone.now(), held_reason="The template is unknown.")
    spent = going_on("Winter", people=500, acted=50, budget=Decimal(20))
    BudgetState.objects.filter(campaign=spent).update(committed=Decimal(20))
    for campaign, counter, value in ((spent, Counter.NOW_HELD, 210), (held, Counter.NOW_ACCEPTED, 14)):
        route = campaign.version.routes.get()
        place = {"campaign_id": campaign.pk, "route_id": route.pk, "step_key": route.steps.get().key}
        StepTotal.objects.create(**place, counter=counter, value=value)
    done = ContactImport.State.DONE
    ContactImport.objects.create(name="club.csv", size=1, state=done, rejected_count=7, ended_at=timezone.now())
    ContactImport.objects.create(name="клиенты.csv", size=1)
    page = page_as(Role.ADMIN, Role.MARKETER, width=width)
    page.goto("/")
    suits_everybody(page, "home-problems")
    page.locator(f"#need-sender-{sender.pk}").click()
    expect(page.get_by_text("402 balance is empty")).to_be_visible()


def test_what_changes_is_shown_without_a_reload(page_as: PageAs) -> None:
    campaign = going_on("Autumn", people=100, acted=0)
    page = page_as(Role.MARKETER)
    page.goto("/")
    expect(page.locator("#home-live")).to_contain_text("of 100 people acted")
    StepTotal.objects.filter(campaign_id=campaign.pk, counter=Counter.AUDIENCE).update(value=250)
    expect(page.locator("#home-live")).to_contain_text("of 250 people acted", timeout=15_000)
