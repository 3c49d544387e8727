"""The pictures of a running campaign in a real browser: drawn, kept while the page follows, and to be done without."""

import json
import re
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Enrolment, Outcome, Step
from campaigns.permissions import Role
from tests.campaigns.histories import count, make_history
from tests.e2e.autumn import autumn_collection
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import make_enrolment
from tests.until import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SERIES = "place => JSON.stringify(echarts.getInstanceByDom(place)?.getOption().series ?? [])"
# How many of the canvas's pixels are neither clear nor of one colour.
IS_DRAWN = """
place => {
  const canvas = place.querySelector("canvas");
  const pixels = canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  return new Set(new Uint32Array(pixels.buffer ?? [])).size > 20;
}
"""
LONGER = 15_000


def expect_drawn(page: Page, chart: str) -> None:
    """Wait until `chart` shows something."""
    place = page.locator(f"#{chart}")
    expect(place.locator("canvas")).to_be_visible()
    wait_until(lambda: bool(place.evaluate(IS_DRAWN)), what=f"{chart} is drawn", patience_s=LONGER / 1000)


def series_of(page: Page, chart: str) -> list[dict[str, Any]]:
    """What ECharts draws in `chart`."""
    drawn: list[dict[str, Any]] = json.loads(page.locator(f"#{chart}").evaluate(SERIES))
    return drawn


def flowing_in(page: Page) -> int:
    """How many the flow shows to come from the audience."""
    (drawn,) = series_of(page, "chart-flow")
    return sum(link["value"] for link in drawn["links"] if link["source"] == "audience")


def chooser(page: Page) -> Locator:
    """Where the part is chosen."""
    return page.get_by_role("search", name="Which figures")


def test_the_pictures_can_be_read_by_everybody(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    campaign, other = make_history(random=Random(11), people=40), autumn_collection()
    page = page_as(Role.MARKETER, width=width)
    for view, charts in {"flow": 1, "time": 1, "routes": 0}.items():
        page.goto(f"/campaigns/{campaign.pk}/?view={view}")
        expect(page.locator(".chart")).to_have_count(charts)
    page.goto(f"/campaigns/{campaign.pk}/?language=uk")
    expect(page.locator(".chart")).to_have_count(1)
    suits_everybody(page, "watch-part")
    page.goto(f"/campaigns/{campaign.pk}/compare/?other={other.pk}")
    suits_everybody(page, "compare")


def test_the_flow_is_drawn_in_both_themes(page_as: PageAs) -> None:
    campaign = autumn_collection()
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/")
    expect_drawn(page, "chart-flow")
    (light,) = series_of(page, "chart-flow")
    assert flowing_in(page) == 12_480
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    wait_until(
        lambda: series_of(page, "chart-flow")[0]["label"]["color"] != light["label"]["color"],
        what="the flow has colours for the dark",
        patience_s=LONGER / 1000,
    )
    assert (
        page.locator("#chart-flow").evaluate("place => echarts.getInstanceByDom(place).getOption().animation") is False
    )


def test_the_picture_follows_the_campaign_without_being_made_anew(page_as: PageAs) -> None:
    campaign = autumn_collection()
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/")
    page.locator("#chart-flow canvas").evaluate("canvas => { canvas.dataset.first = 'yes' }")
    page.locator("#chart-flow-frame").focus()
    enrolment = Enrolment.objects.get(campaign=campaign)
    push = Step.objects.get(route=enrolment.route, key="push")
    count(enrolment, Counter.AUDIENCE, value=20)
    for counter in (Counter.CAME, Counter.ENGAGED, Counter.CREDIT):
        count(enrolment, counter, step=push, value=20)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=20)
    expect(page.locator("#figure-outcome_engaged--")).to_have_text("5,217", timeout=LONGER)
    expect(page.locator("#chart-flow canvas[data-first]")).to_have_count(1)
    expect(page.locator("#chart-flow-frame")).to_be_focused()
    wait_until(lambda: flowing_in(page) == 12_500, what="the picture has the new figures", patience_s=LONGER / 1000)


def test_a_part_is_chosen_by_keyboard_and_its_address_can_be_passed_on(page_as: PageAs) -> None:
    campaign = make_history(random=Random(11), people=40)
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/")
    chooser(page).get_by_label("Language").focus()
    page.keyboard.type("Ukr")
    expect(page.get_by_text("Only: Ukrainian.")).to_be_visible(timeout=LONGER)
    page.get_by_role("link", name="Over time").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chart-time canvas")).to_be_visible(timeout=LONGER)
    expect(page.locator("#chart-flow")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"/campaigns/{campaign.pk}/\?view=time&language=uk$"))
    page.reload()
    expect(page.get_by_text("Only: Ukrainian.")).to_be_visible()
    expect(chooser(page).get_by_label("Language")).to_have_value("uk")
    expect_drawn(page, "chart-time")


def test_what_is_being_chosen_is_not_taken_away_by_news(page_as: PageAs) -> None:
    campaign = make_history(random=Random(11), people=40)
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/")
    page.get_by_label("As it stood at").focus()
    page.keyboard.type("1")
    count(make_enrolment(campaign=campaign), Counter.AUDIENCE, value=5_000)
    expect(page.locator(".watch-card").first).to_contain_text("of 5,040", timeout=LONGER)
    expect(page.get_by_label("As it stood at")).to_be_focused()


def test_without_script_the_figures_are_all_there(page_as: PageAs) -> None:
    campaign = make_history(random=Random(11), people=40)
    page = page_as(Role.MARKETER, java_script_enabled=False)
    page.goto(f"/campaigns/{campaign.pk}/")
    expect(page.locator(".chart")).to_be_hidden()
    page.get_by_text("The flow in figures").click()
    expect(page.get_by_role("row", name="Audience").first).to_be_visible()
    chooser(page).get_by_label("Language").select_option("Ukrainian")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Only: Ukrainian.")).to_be_visible()


def test_a_campaign_that_nobody_entered_draws_nothing(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    campaign = make_history(random=Random(1), people=0)
    assert Campaign.objects.filter(pk=campaign.pk).exists()
    page = page_as(Role.MARKETER, width=390)
    for view in ("flow", "time", "routes"):
        page.goto(f"/campaigns/{campaign.pk}/?view={view}")
        expect(page.get_by_text("Nobody has entered yet.")).to_be_visible()
    suits_everybody(page, "watch-empty")
