"""The pages of imports in a real browser, from the file on disk to the figures of its rows."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaigns.audience import importing
from campaigns.models import Contact, ContactImport
from campaigns.permissions import Role
from tests.contact_files.importing import imported, uploaded
from tests.contact_files.made_up import MadeUpFile, english_workbook, ukrainian_csv
from tests.e2e.browser import PageAs, SuitsEverybody, settle

pytestmark = pytest.mark.django_db(transaction=True)


def choose_file(page: Page, file: MadeUpFile, folder: Path) -> None:
    """Upload `file` as a person does, from a folder."""
    path = folder / file.name
    path.write_bytes(file.content)
    page.goto("/contacts/imports/new/")
    page.get_by_label("Contact file").set_input_files(path)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/mapping/")


def test_a_list_becomes_contacts(page_as: PageAs, suits_everybody: SuitsEverybody, tmp_path: Path) -> None:
    page = page_as(Role.MARKETER)
    file = ukrainian_csv(people=60, repetitions=2)
    choose_file(page, file, tmp_path)
    expect(page.get_by_label("What “Телефон” is")).to_have_value("phone")
    expect(page.get_by_label("Country of phone numbers")).to_have_value("UA")
    expect(page.get_by_role("cell", name="+380672000000")).to_be_visible()
    with page.expect_response("**/preview/"):
        page.get_by_label("SMS", exact=True).check()
    expect(page.get_by_role("cell", name="SMS").first).to_be_visible()
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("status").filter(has_text="Queued")).to_be_visible()
    suits_everybody(page, "import-step")

    importing.run(ContactImport.objects.get().pk)
    expect(page.get_by_role("status").filter(has_text="Done")).to_be_visible()
    expect(page.get_by_text("57 + 0 + 0 + 2 + 3 = 62")).to_be_visible()
    assert Contact.objects.count() == file.contacts
    suits_everybody(page, "import-step")


def test_the_preview_follows_what_is_chosen(page_as: PageAs, tmp_path: Path) -> None:
    page = page_as(Role.MARKETER)
    choose_file(page, english_workbook(people=10), tmp_path)
    expect(page.get_by_role("columnheader", name="city")).to_be_visible()
    city = page.get_by_label("Name of the attribute from “City”")
    city.fill("home town")
    with page.expect_response("**/preview/"):
        city.blur()
    expect(page.get_by_role("columnheader", name="home_town")).to_be_visible()
    with page.expect_response("**/preview/"):
        page.get_by_label("What “City” is").select_option(label="Do not import")
    expect(page.get_by_role("columnheader", name="home_town")).to_have_count(0)
    expect(city).to_be_hidden()


def test_what_does_not_apply_is_not_asked(page_as: PageAs) -> None:
    contact_import = uploaded("phone\n+380676433012\n")
    page = page_as(Role.MARKETER)
    page.goto(f"/contacts/imports/{contact_import.pk}/mapping/")
    how = page.get_by_label("How was their agreement obtained?")
    expect(how).to_be_hidden()
    page.get_by_label("Everybody in the file agreed").check()
    expect(how).to_be_visible()
    page.get_by_label("Nobody may be messaged").check()
    expect(page.get_by_label("SMS", exact=True)).to_be_hidden()


def test_stopping_keeps_the_focus_and_says_what_stays(page_as: PageAs) -> None:
    contact_import = imported("phone\n+380676433012\n")
    ContactImport.objects.filter(pk=contact_import.pk).update(state="running", rows_done=1, rows_total=5000)
    page = page_as(Role.MARKETER)
    page.goto(f"/contacts/imports/{contact_import.pk}/")
    stop = page.get_by_role("link", name="Stop the import")
    stop.focus()
    with page.expect_response("**/?seen=running"):
        pass
    settle(page)
    expect(stop).to_be_focused()
    stop.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("1 row is in already, and stays.")).to_be_visible()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Stopped after 1 row.")).to_be_visible()
    expect(page.get_by_text("It was stopped after 1 of 5,000 rows.")).to_be_visible()
