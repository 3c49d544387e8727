"""Segments and contacts in a real browser: by keyboard, in both themes and at both widths, nothing typed lost."""

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.audience.permitting import suppress_by_hand
from campaigns.models import Contact, Segment
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import AddressKind, Channel
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import make_address, make_campaign, make_contact, make_enrolment, make_segment, make_user
from tests.pages.inhabited import RULE_IN_A_RULE

pytestmark = pytest.mark.django_db(transaction=True)

# Chooses in the field that compares in the moment in which it comes to the page.
CHOOSES_AT_ONCE = """
(choice) => {
  const choose = (_changes, observer) => {
    const field = document.querySelector("select[name$='-is']");
    if (!field) return;
    observer.disconnect();
    field.value = choice;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  new MutationObserver(choose).observe(document.body, { childList: true, subtree: true });
}
"""


def make_olena() -> Contact:
    """Somebody with everything that a person's page can show."""
    olena = make_contact(
        first_name="Олена",
        last_name="Коваленко",
        phone="+380671234567",
        email="olena@example.com",
        consents=[Channel.SMS, Channel.EMAIL],
        birth_date=date(2000, 5, 1),
        country="UA",
        language="uk",
        preferences=["fashion"],
        attributes={"city": "Київ", "balance": "120"},
        is_trackable=False,
    )
    second = make_address(contact=olena, kind=AddressKind.PHONE, value="+380501112233", is_primary=False)
    suppress_by_hand(address=second, note="asked on the phone", by=make_user())
    make_enrolment(campaign=make_campaign(name="Autumn", status=CampaignStatus.RUNNING), contact=olena)
    return olena


def test_everything_known_of_a_person_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.MARKETER, width=width)
    page.goto(f"/contacts/{make_olena().pk}/")
    page.evaluate("document.querySelectorAll('main details').forEach(details => details.open = true)")
    suits_everybody(page, "contact")


def test_a_segment_is_made_by_keyboard_alone(page_as: PageAs) -> None:
    make_olena()
    make_contact(first_name="Кіра", birth_date=date(2020, 1, 1))
    page = page_as(Role.MARKETER)
    page.goto("/segments/new/")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("2 people")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Grown-ups who like fashion")

    choose_subject(page, page.locator(".rule-row").last, "Age")
    page.get_by_label("from").focus()
    page.keyboard.type("18")
    page.keyboard.press("Tab")
    page.keyboard.type("60")
    expect(preview).to_contain_text("1 person")
    expect(preview).to_contain_text("Олена Коваленко")

    add = page.locator(".rule-group.is-root > .rule-group-foot").get_by_role("button", name="Add a condition")
    add.focus()
    page.keyboard.press("Enter")
    second = page.locator(".rule-row").nth(1)
    expect(second.get_by_label("About")).to_be_focused()
    choose_subject(page, second, "Preferences")
    second.locator(".ts-control input").focus()
    page.keyboard.type("fash")
    page.keyboard.press("Enter")
    expect(page.get_by_label("from")).to_have_value("18")
    expect(preview).to_contain_text("and like fashion")
    expect(preview.locator(".segment-reach")).to_contain_text("SMS")

    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/segments/\?saved=\d+$"))
    assert [part["field"] for part in Segment.objects.get().rule["rules"]] == ["age", "preferences"]


def choose_subject(page: Page, row: Locator, name: str) -> None:
    """Choose what the row is about by typing the beginning of its name, and wait until it was drawn anew."""
    about, before = row.get_by_label("About"), row.element_handle()
    about.focus()
    page.keyboard.type(name)
    before.wait_for_element_state("hidden")
    expect(about.locator("option:checked")).to_have_text(name)
    expect(row.get_by_label("Compare")).to_be_visible()
    expect(about).to_be_focused()


def test_a_choice_made_as_soon_as_its_field_is_there_is_heard(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/segments/new/")
    page.evaluate(CHOOSES_AT_ONCE, "at_least")
    with page.expect_response("**/segments/row/"):
        page.get_by_label("About").select_option(label="Age")
    with page.expect_response("**/segments/row/"):
        expect(page.get_by_label("Compare")).to_have_value("at_least")
    expect(page.get_by_label("from")).to_have_count(0)


def test_removing_a_row_keeps_the_others_as_they_were_typed_and_moves_the_focus_on(page_as: PageAs) -> None:
    segment = make_segment(rule=RULE_IN_A_RULE)
    page = page_as(Role.MARKETER)
    page.goto(f"/segments/{segment.pk}/")
    page.get_by_label("from").fill("21")
    page.get_by_label("Number").fill("12,5")
    rows = page.locator(".rule-row")
    rows.nth(1).get_by_role("button", name="Remove this condition").click()
    expect(rows).to_have_count(4)
    expect(page.get_by_label("from")).to_have_value("21")
    expect(page.get_by_label("Number")).to_have_value("12,5")
    expect(page.locator(".rule-group:not(.is-root) > .rule-group-head select")).to_be_focused()
    page.get_by_role("button", name="Remove this group").click()
    expect(rows).to_have_count(1)
    expect(page.locator("#preview")).to_contain_text("People who are 21 to 30 years old")


def test_a_segment_that_is_opened_and_saved_stays_as_it_was(page_as: PageAs) -> None:
    segment = make_segment(rule=RULE_IN_A_RULE)
    page = page_as(Role.MARKETER)
    page.goto(f"/segments/{segment.pk}/")
    expect(page.locator(".ts-control .item")).to_have_text(["Spain", "Ukraine", "fashion", "sport"])
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/segments/\?saved=\d+$"))
    segment.refresh_from_db()
    country = segment.rule["rules"].pop(1)
    assert sorted(country["value"]) == ["ES", "UA"]
    assert segment.rule["rules"] == [RULE_IN_A_RULE["rules"][0], RULE_IN_A_RULE["rules"][2]]


def test_a_mistake_stands_at_its_row_and_what_was_typed_stays(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER, may_complain=True)
    page.goto(f"/segments/{make_segment(rule=RULE_IN_A_RULE).pk}/")
    page.get_by_label("from").fill("40")
    page.get_by_role("button", name="Save").click()
    row = page.locator(".rule-row").first
    expect(row).to_contain_text("Put the smaller number first.")
    expect(page.get_by_label("from")).to_have_value("40")
    suits_everybody(page, "segment-mistake")


def test_without_script_rows_are_added_by_plain_buttons(page_as: PageAs) -> None:
    segment = make_segment(rule=RULE_IN_A_RULE)
    page = page_as(Role.MARKETER, java_script_enabled=False)
    page.goto(f"/segments/{segment.pk}/")
    page.get_by_label("from").fill("21")
    page.locator(".rule-group.is-root > .rule-group-foot").get_by_role("button", name="Add a condition").click()
    expect(page.locator(".rule-row")).to_have_count(6)
    expect(page.get_by_label("from")).to_have_value("21")
    page.locator(".rule-row").last.get_by_label("About").select_option("birth_date")
    page.locator(".rule-row").last.get_by_role("button", name="Show the rest").click()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/segments/\?saved=\d+$"))
    segment.refresh_from_db()
    assert segment.rule["rules"][0]["value"] == [21, 30]
    assert segment.rule["rules"][3] == {"field": "birth_date", "is": "known"}


def test_people_are_found_while_their_name_is_typed(page_as: PageAs) -> None:
    make_olena()
    make_contact(first_name="Anna")
    page = page_as(Role.MARKETER)
    page.goto("/contacts/")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("searchbox").press_sequentially("067123")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=067123"))
    page.get_by_role("link", name="Олена Коваленко").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Олена Коваленко")


def test_a_contact_is_deleted_after_a_question(page_as: PageAs) -> None:
    olena = make_olena()
    page = page_as(Role.MARKETER)
    page.goto(f"/contacts/{olena.pk}/")
    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("They are inside 1 campaign")
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/contacts/")
    olena.refresh_from_db()
    assert olena.deleted_at
    assert olena.first_name == ""
