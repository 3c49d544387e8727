"""The reports for managers in a real browser: readable for everybody, drawn, sorted, and to be done without script."""

import re

import pytest
from django.db.models import F
from playwright.sync_api import expect

from campaigns.models import StepTotal
from campaigns.permissions import Role
from tests.campaigns.autumn_reports import campaigns_of_february, many_campaigns
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.e2e.test_watch_charts import expect_drawn

pytestmark = pytest.mark.django_db(transaction=True)

FEBRUARY = "begins_on=2026-02-01&ends_on=2026-02-28"


def test_the_report_of_a_period_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    campaigns_of_february()
    many_campaigns(70)
    # Tens of millions, in figures and money.
    StepTotal.objects.filter(counter__in=["audience", "accepted", "cost"]).update(value=F("value") * 500)
    page = page_as(Role.MANAGER, width=width)
    page.goto(f"/reports/?{FEBRUARY}")
    for chart in ("time", "channels", "segments", "campaigns"):
        expect_drawn(page, f"chart-{chart}")
    suits_everybody(page, "reports")
    page.goto("/reports/?period=last-month")
    suits_everybody(page, "reports-empty")


def test_days_that_cannot_be_are_told_to_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.MANAGER, width=width, may_complain=True)
    page.goto("/reports/?begins_on=2026-02-11&ends_on=2026-02-01")
    expect(page.get_by_text("It ends before it begins.")).to_be_visible()
    suits_everybody(page, "reports-error")


def test_the_list_is_sorted_and_turned_by_keyboard_without_drawing_anew(page_as: PageAs) -> None:
    campaigns_of_february()
    many_campaigns(70)
    page = page_as(Role.MANAGER)
    page.goto(f"/reports/?{FEBRUARY}")
    page.locator("#chart-time canvas").evaluate("canvas => { canvas.dataset.first = 'yes' }")
    listed = page.locator("#report-campaigns")
    listed.get_by_role("link", name="Acted", exact=True).focus()
    page.keyboard.press("Enter")
    expect(listed.get_by_role("columnheader", name="Acted", exact=True)).to_have_attribute("aria-sort", "descending")
    expect(listed.get_by_role("link", name="Acted", exact=True)).to_be_focused()
    expect(listed.locator("tbody tr").first).to_contain_text("306")
    listed.get_by_role("link", name="Next").click()
    expect(listed.locator("tbody tr")).to_have_count(23)
    expect(page.locator("#chart-time canvas[data-first]")).to_have_count(1)
    expect(page).to_have_url(re.compile("sort=-acted"))
    page.reload()
    expect(listed.locator("tbody tr")).to_have_count(23)


def test_without_script_the_report_is_all_there(page_as: PageAs) -> None:
    campaigns_of_february()
    page = page_as(Role.MANAGER, java_script_enabled=False)
    page.goto(f"/reports/?{FEBRUARY}")
    expect(page.locator(".chart").first).to_be_hidden()
    page.get_by_role("link", name="Cost", exact=True).click()
    expect(page.get_by_role("columnheader", name="Cost", exact=True).last).to_have_attribute("aria-sort", "descending")
    page.get_by_role("link", name="This year").click()
    expect(page).to_have_url(re.compile("period=this-year"))


def test_reports_by_mail_can_be_set_up_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.MANAGER, width=width, may_complain=True)
    page.goto("/reports/schedules/")
    suits_everybody(page, "schedules-none")
    page.get_by_role("link", name="Mail a report regularly").first.click()
    page.get_by_label("Name").fill("Weekly figures")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose a colleague, or write an address below.")).to_be_visible()
    suits_everybody(page, "schedule-error")
    page.get_by_label("Other email addresses").fill("board@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Weekly figures")).to_contain_text("board@example.com")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
