"""The command palette and the shortcuts in a real browser, by keyboard alone, and the palette on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.permissions import Role
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import make_campaign, make_contact

pytestmark = pytest.mark.django_db(transaction=True)


def expect_chosen(page: Page, name: str) -> None:
    """Wait until Enter would follow the option called `name`, and the field tells it to whoever cannot see it."""
    option = page.locator("#palette-found [role=option][aria-selected=true]")
    expect(option).to_contain_text(name)
    expect(page.locator("#palette-sought")).to_have_attribute("aria-activedescendant", option.get_attribute("id"))


def press(page: Page, **told: str | bool) -> None:
    """Press a key as a keyboard tells it: its `key`, and by `code` the place where it is."""
    page.locator("body").dispatch_event("keydown", {"bubbles": True, **told})


def test_the_palette_leads_to_a_campaign_by_keyboard_alone(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    campaign = make_campaign(name="Winter sale")
    make_campaign(name="Winter boots")
    page = page_as(Role.MARKETER)
    page.goto("/segments/")
    page.goto("/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Campaign, segment, person, page or action")
    expect(field).to_be_focused()
    expect(page.get_by_role("group", name="Seen lately").get_by_role("option", name="Segments")).to_be_visible()
    suits_everybody(page, "palette-empty")
    page.keyboard.type("winter")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(2)
    expect_chosen(page, "Winter boots")
    page.keyboard.press("ArrowDown")
    expect_chosen(page, "Winter sale")
    suits_everybody(page, "palette")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/campaigns/{campaign.pk}/edit/$"))


def test_an_answer_that_comes_late_leaves_chosen_what_the_arrow_keys_chose(page_as: PageAs) -> None:
    for name in ("Winter sale", "Winter boots"):
        make_campaign(name=name)
    page = page_as(Role.MARKETER)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("winter")
    expect(page.locator("#palette").get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    with page.expect_response("**/jump/**"):
        page.evaluate("htmx.trigger('#palette-sought', 'look')")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect_chosen(page, "Winter sale")
    with page.expect_response("**/jump/**"):
        page.keyboard.type(" ")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect_chosen(page, "Winter boots")


def test_keys_do_the_same_on_a_keyboard_with_other_letters(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    press(page, key="л", code="KeyK", ctrlKey=True)
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, key="п", code="KeyG")
    press(page, key="ы", code="KeyS")
    page.wait_for_url("**/segments/")


def test_a_form_that_the_browser_fills_in_presses_no_key(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/contacts/")
    page.evaluate("document.body.dispatchEvent(new Event('keydown', { bubbles: true }))")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_the_palette_closes_and_gives_the_focus_back(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    opener = page.get_by_role("link", name="Jump to…")
    opener.focus()
    for close in ("Escape", "Control+k"):
        page.keyboard.press("Enter")
        expect(page.locator("#palette")).to_be_visible()
        page.keyboard.press(close)
        expect(page.locator("#palette")).to_be_hidden()
        expect(opener).to_be_focused()


def test_the_palette_finds_a_person_on_a_phone(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    person = make_contact(first_name="Олена", phone="+380501112233")
    page = page_as(Role.MARKETER, width=390)
    page.goto("/")
    page.get_by_role("link", name="Jump to…").click()
    page.keyboard.type("олена")
    option = page.get_by_role("option", name="Олена")
    expect(option).to_contain_text("+380501112233")
    suits_everybody(page, "palette")
    option.click()
    expect(page).to_have_url(re.compile(rf"/contacts/{person.pk}/$"))


def test_what_fits_nothing_and_a_lost_connection_are_said(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER, may_complain=True)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing of this name")
    expect(page.get_by_text("Try a part of a name")).to_be_visible()
    suits_everybody(page, "palette-nothing")
    page.context.set_offline(True)
    page.keyboard.type("!")
    expect(page.get_by_text("The search does not answer.")).to_be_visible()
    page.context.set_offline(False)
    page.keyboard.press("Control+a")
    page.keyboard.type("repo")
    expect(page.get_by_role("option", name="Reports")).to_be_visible()


def test_pages_seen_lately_are_forgotten_with_signing_out(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/segments/")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('seen-lately'))") == []


def test_pages_seen_lately_are_forgotten_when_somebody_else_signs_in(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/segments/")
    page.evaluate("localStorage.setItem('seen-lately-0', JSON.stringify([{url: '/contacts/1/', label: 'Olena'}]))")
    page.goto("/campaigns/")
    assert "Olena" not in str(page.evaluate("Object.values(localStorage)"))
    assert "Segments" in str(page.evaluate("Object.values(localStorage)"))


def test_single_keys_lead_to_pages_and_to_the_search_of_a_list(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/campaigns/")
    page.keyboard.press("/")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("gp?n/")
    expect(page.locator("#id_q")).to_have_value("gp?n/")
    page.locator("#id_q").blur()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/campaigns/new/$"))


def test_the_shortcuts_are_shown_and_can_be_switched_off(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    suits_everybody(page, "shortcuts")
    page.get_by_label("Single keys do something, unless I am typing").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    for key in ("?", "n", "g", "c"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/$"))
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_label("Single keys do something, unless I am typing")).not_to_be_checked()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()


def test_without_script_the_palette_is_a_page(page_as: PageAs) -> None:
    campaign = make_campaign(name="Winter sale")
    page = page_as(Role.MARKETER, width=390, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Jump to…").click()
    page.get_by_role("searchbox").fill("winter")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Winter sale").click()
    expect(page).to_have_url(re.compile(rf"/campaigns/{campaign.pk}/edit/$"))
