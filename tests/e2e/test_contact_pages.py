"""Finding contacts in a real browser: while one types, by filters and orders, page by page, also without script."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Contact, ContactImport
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.campaigns.histories import count_passage
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import make_campaign, make_contact, make_enrolment, make_message, make_segment

pytestmark = pytest.mark.django_db(transaction=True)


def make_people() -> list[Contact]:
    """Sixty people of whom one is found by everything."""
    file = ContactImport.objects.create(name="shop.csv", size=1, created_count=1)
    olena = make_contact(
        first_name="Олена",
        last_name="Їжак",
        phone="+380671234567",
        country="UA",
        language="uk",
        time_zone="Europe/Kyiv",
        contact_import=file,
        consents=[Channel.SMS],
    )
    make_segment(name="From Ukraine", rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]})
    others = [make_contact(first_name=f"Борис {number:02}", last_name="", country="ES") for number in range(60)]
    return [olena, *others]


def names(page: Page) -> Locator:
    """Those who are found, by their names."""
    return page.locator("#found tbody th a")


def test_the_lists_and_a_person_suit_everybody(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    olena, *_others = make_people()
    campaign = make_campaign(name="Autumn", status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign, contact=olena)
    make_message(enrolment=enrolment)
    count_passage(enrolment)
    page = page_as(Role.MARKETER, width=width)
    for name, path in {
        "contacts-filtered": "/contacts/?sort=name&country=UA&is_suppressed=on",
        "contacts-nobody": "/contacts/?q=%D0%BD%D0%B5%D1%82",
        "contact-history": f"/contacts/{olena.pk}/",
        "people-found": f"/campaigns/{campaign.pk}/people/?q=%D0%BE%D0%BB%D0%B5",
    }.items():
        page.goto(path)
        suits_everybody(page, name)


def test_somebody_is_found_by_letters_digits_and_filters(page_as: PageAs) -> None:
    make_people()
    page = page_as(Role.MARKETER)
    page.goto("/contacts/")
    page.get_by_label("Find").fill("067 123")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=067"))
    page.get_by_label("Find").fill("їжак ОЛЕ")
    expect(page.locator(".found-count")).to_have_text("1 contact")
    page.get_by_label("Find").fill("")
    expect(page.locator("#found tbody tr")).to_have_count(50)
    page.get_by_text("More filters").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Country").select_option("UA")
    expect(page.locator(".found-count")).to_have_text("1 contact")
    page.reload()
    expect(page.get_by_label("Country")).to_have_value("UA")
    expect(names(page)).to_have_text(["Олена Їжак"])


def test_the_list_is_sorted_and_turned(page_as: PageAs) -> None:
    make_people()
    page = page_as(Role.MARKETER)
    page.goto("/contacts/")
    page.get_by_label("Order").select_option("name")
    expect(names(page).first).to_have_text("Борис 00")
    page.get_by_role("link", name="Next").click()
    expect(names(page).last).to_have_text("Олена Їжак")
    page.get_by_role("link", name="Previous").click()
    expect(names(page).first).to_have_text("Борис 00")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(names(page).first).to_have_text("Олена Їжак")
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
