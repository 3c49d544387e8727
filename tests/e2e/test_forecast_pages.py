"""What to expect of a campaign, in a real browser: in the review, and beside what came of it."""

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Route, expect

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.launch import launch
from campaigns.engine.stats import fold
from campaigns.forecasting.launched import foretell_launched
from campaigns.models import Campaign, Outcome, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.campaigns.histories import count
from tests.e2e.browser import PageAs, SuitsEverybody, settle
from tests.e2e.test_coming_later import Line
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    ago,
    make_account,
    make_campaign,
    make_contact,
    make_enrolment,
    make_price,
    make_segment,
    make_sender,
)

pytestmark = pytest.mark.django_db(transaction=True)

SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


@pytest.fixture
def draft() -> Campaign:
    """A draft of three steps for sixty people on two routes, where SMS has a history and the others none."""
    account = make_account(name="Sandbox")
    chain = []
    for channel, amount in ((Channel.PUSH, "0"), (Channel.SMS, "0.031"), (Channel.VIBER, "0.042")):
        make_price(account=account, channel=channel, amount=amount)
        chain.append(StepPlan(channel=channel, sender=make_sender(channel=channel, account=account, name="SHOP")))
    for number in range(60):
        make_contact(
            phone=f"+3805011122{number:02}",
            first_name=("Ann", "Олена", "Juan")[number % 3],
            language=("en", "uk", "es")[number % 3],
            consents=[Channel.SMS, Channel.VIBER] if number % 4 else [Channel.VIBER],
        )
    past = make_campaign(name="Summer sale", status=CampaignStatus.FINISHED, ended_at=NOON)
    enrolment = make_enrolment(campaign=past, outcome=Outcome.EXHAUSTED)
    step = Step.objects.get(route=enrolment.route)
    for counter, value in {Counter.CAME: 2000, Counter.ACCEPTED: 1950, Counter.ENGAGED: 390}.items():
        count(enrolment, counter, step=step, value=value)
    fold()
    return make_campaign(
        name="Autumn collection",
        starts_at=ago(days=-2),
        budget=Decimal("1.50"),
        routes=[
            RoutePlan(steps=chain[1:], segment=make_segment(name="Spanish speakers", rule=SPANISH)),
            RoutePlan(steps=chain),
        ],
    )


def test_the_review_foretells_and_shows_the_texts_of_anybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody, draft: Campaign
) -> None:
    page = page_as(Role.MARKETER, width=width)
    page.goto(f"/campaigns/{draft.pk}/review/")
    expected = page.locator("#expected")
    expect(expected.get_by_role("heading", name="What to expect, step by step")).to_be_visible()
    expect(expected.get_by_text("20% of 1,950 people acted").first).to_be_visible()
    expect(expected.get_by_text("so the product assumes").first).to_be_visible()
    expect(page.locator("#price-card")).to_contain_text("The campaign stops before it is exceeded.")
    expect(page.locator("#review-problems")).to_contain_text("Nobody in this audience can be messaged on Push")
    suits_everybody(page, "review")

    with page.expect_response("**=Juan**"):
        page.get_by_label("Show it for somebody else").press_sequentially("Juan")
    settle(page)
    page.locator(".person-found").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What Juan sees")).to_be_visible()
    expect(page.locator("#texts")).to_contain_text("Hello Juan")
    page.get_by_role("link", name="another person").click()
    expect(page.get_by_role("heading", name="What Juan sees")).to_have_count(0)
    settle(page)
    page.get_by_role("button", name="Schedule for").click()
    expect(page.get_by_text("Scheduled").first).to_be_visible()
    foretell_launched(draft.pk)
    page.reload()
    expect(page.get_by_role("heading", name="Forecast against actual")).to_be_visible()


def test_the_forecast_is_a_busy_skeleton_until_it_comes_and_says_so_if_it_does_not(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody, draft: Campaign
) -> None:
    page = page_as(Role.MARKETER, width=width, may_complain=True)
    line = Line(page, reverse("campaign_forecast", args=[draft.pk]))
    page.goto(f"/campaigns/{draft.pk}/review/")
    part = page.locator("#expected [data-comes-later]")
    expect(part).to_have_attribute("aria-busy", "true")
    expect(part.locator(".skeleton-line")).to_have_count(8)
    expect(part.get_by_role("status")).to_have_text("Counting people and prices…")
    line.breaks(status=500)
    expect(part).to_contain_text("This could not be loaded, and it is our fault.")
    expect(part).not_to_have_attribute("aria-busy", "true")
    suits_everybody(page, "review-not-come")
    line.mends()
    part.get_by_role("button", name="Try again").click()
    expect(page.locator("#expected .forecast-steps").first).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)


def test_without_a_script_the_review_is_counted_on_request(page_as: PageAs, draft: Campaign) -> None:
    page = page_as(Role.MARKETER, java_script_enabled=False)
    page.goto(f"/campaigns/{draft.pk}/review/")
    page.get_by_role("link", name="Count them").click()
    expect(page.locator("#price-card")).to_contain_text("The campaign stops before it is exceeded.")
    page.get_by_label("Show it for somebody else").fill("Juan")
    page.keyboard.press("Enter")
    page.locator(".person-found").first.click()
    expect(page.get_by_role("heading", name="What Juan sees")).to_be_visible()


def test_the_page_of_a_campaign_holds_the_forecast_against_what_came(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody, draft: Campaign
) -> None:
    launch(campaign=draft, actor=None)
    foretell_launched(draft.pk)
    Campaign.objects.update(status=CampaignStatus.RUNNING, enrolled_at=NOON)
    draft.refresh_from_db()
    assert draft.version is not None
    enrolment = make_enrolment(campaign=draft, route=draft.version.routes.get(segment=None))
    count(enrolment, Counter.AUDIENCE, value=40)
    page = page_as(Role.MARKETER, width=width)
    page.goto(f"/campaigns/{draft.pk}/")
    card = page.locator("#forecast-card")
    expect(card).to_contain_text("So far nothing is beyond what was expected.")

    sms = Step.objects.get(route=enrolment.route, channel=Channel.SMS)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=35)
    for counter in (Counter.CAME, Counter.ACCEPTED, Counter.CREDIT, Counter.ENGAGED):
        count(enrolment, counter, step=sms, value=35)
    # The page asks by itself.
    expect(card).to_contain_text("More people acted than expected: 35, and not")
    expect(card.locator(".forecast-outside").first).to_have_text("more than expected")
    suits_everybody(page, "watch-forecast")


def test_the_button_that_launches_stays_where_it_is_when_people_have_been_counted(
    page_as: PageAs, draft: Campaign
) -> None:
    page, held = page_as(Role.MARKETER), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{reverse('campaign_forecast', args=[draft.pk])}", hold)
    page.goto(f"/campaigns/{draft.pk}/review/")
    button = page.get_by_role("button", name="Schedule for")
    before = button.bounding_box()
    held.pop().continue_()
    expect(page.locator("#price")).to_be_visible()
    after = button.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < before["height"] / 2
