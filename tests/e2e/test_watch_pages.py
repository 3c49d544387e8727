"""The page of a running campaign in a real browser: live, but never in the way of whoever reads it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from campaigns.engine import counters
from campaigns.models import Campaign, Enrolment, Outcome
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from campaigns.reports_people import Question
from campaigns.reports_people_lines import Lines, lines_behind
from tests.campaigns.histories import count, count_passage
from tests.e2e.autumn import autumn_collection
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import (
    NOON,
    make_campaign,
    make_contact,
    make_enrolment,
    make_message,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_running_campaign_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    campaign = autumn_collection()
    page = page_as(Role.MARKETER, Role.ADMIN, width=width)
    page.goto(f"/campaigns/{campaign.pk}/")
    expect(page.get_by_role("heading", name="Autumn collection")).to_be_visible()
    if width > 1000:
        steps = page.get_by_role("region", name="Step by step")
        assert steps.evaluate("table => table.scrollWidth <= table.clientWidth")
    suits_everybody(page, "watch")


def test_the_few_among_many_are_looked_for_until_all_are_found(
    page_as: PageAs, monkeypatch: pytest.MonkeyPatch, suits_everybody: SuitsEverybody
) -> None:
    monkeypatch.setattr("campaigns.reports_people_lines.STRETCH", 5)
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for number in range(30):
        enrolment = make_enrolment(campaign=campaign, contact=make_contact(first_name=f"P{number}", last_name=""))
        replied_at = NOON if number in {2, 17, 29} else None
        make_message(enrolment=enrolment, status="accepted", replied_at=replied_at)
        count_passage(enrolment)
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/people/?figure=replied")
    expect(page.locator("tbody th")).to_have_text(["P2", "P17", "P29"])
    expect(page.get_by_text("There may be more")).to_have_count(0)
    expect(page.get_by_role("link", name="Next")).to_have_count(0)
    suits_everybody(page, "people-few")

    with_the_last = list(_pages(Question(campaign_id=campaign.pk, figure="replied")))[-1]
    page.goto(f"/campaigns/{campaign.pk}/people/?figure=replied&cursor={with_the_last.previous_cursor}")
    expect(page.locator("tbody th")).to_have_text(["P2", "P17"])
    expect(page.get_by_text("There may be more")).to_have_count(0)
    expect(page.get_by_role("link", name="Previous")).to_have_count(0)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody th")).to_have_text(["P29"])


def _pages(question: Question) -> Iterator[Lines]:
    cursor = ""
    while True:
        page = lines_behind(question, cursor=cursor)
        yield page
        if not (cursor := page.next_cursor):
            return


def test_the_keys_of_the_api_can_be_managed_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.ADMIN, width=width)
    page.goto("/settings/")
    page.get_by_role("link", name="API keys").click()
    suits_everybody(page, "api-keys-none")
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill("Web shop")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("Key", exact=True)).to_have_value(re.compile("^cascade_"))
    suits_everybody(page, "api-key")
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("opens nothing any more")).to_be_visible()


def test_the_page_follows_the_campaign_without_disturbing_whoever_reads_it(page_as: PageAs) -> None:
    campaign = autumn_collection()
    page = page_as(Role.MARKETER, width=390)
    page.goto(f"/campaigns/{campaign.pk}/")
    page.get_by_text("why", exact=False).first.click()
    expect(page.get_by_text("no address:")).to_be_visible()
    page.locator("a[id^=figure-skipped_no_consent]").focus()
    table = page.get_by_role("region", name="Step by step")
    table.evaluate("table => { table.scrollLeft = 120 }")
    below = page.evaluate("window.scrollY")
    enrolment = Enrolment.objects.get(campaign=campaign)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=3)
    expect(page.locator("#figure-outcome_engaged--")).to_have_text("5,200", timeout=15_000)
    expect(page.get_by_text("no address:")).to_be_visible()
    expect(page.locator("a[id^=figure-skipped_no_consent]")).to_be_focused()
    expect(table).to_have_js_property("scrollLeft", 120)
    expect(page.locator("html")).to_have_js_property("scrollTop", below)


def test_the_page_stops_asking_when_the_campaign_has_ended(page_as: PageAs) -> None:
    campaign = autumn_collection()
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/")
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FINISHED, ended_at=NOON)
    expect(page.locator("#watch-badge")).to_have_text("Finished", timeout=15_000)
    expect(page.get_by_role("link", name="Pause")).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2_500)
    assert asked == []
