"""Finding a segment among many and choosing it, in a real browser: by hand, by keyboard, and without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.forms.segment_choice import MOST_LISTED
from campaigns.models import Campaign, Route, Segment
from campaigns.permissions import Role
from tests.e2e.browser import PageAs, SuitsEverybody, settle
from tests.factories import make_campaign, make_contact, make_segment

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ".chooser-found:visible [role=option]"


@pytest.fixture
def many() -> None:
    """More segments than a list shows, and two of whom one speaks."""
    Segment.objects.bulk_create(Segment(name=f"Loyal {number}", rule={}) for number in range(MOST_LISTED))
    for name, country in (("Київ: жінки", "UA"), ("Madrid: women", "ES")):
        make_segment(name=name, rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": [country]}]})


def offered(page: Page) -> list[str]:
    expect(page.locator(".chooser-found:visible .chooser-note")).to_be_visible()
    return page.locator(NAMES).all_inner_texts()


@pytest.mark.usefixtures("many")
def test_the_list_is_searched_while_one_types(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER, width=width)
    page.goto("/segments/")
    page.get_by_label("Search").fill("ЖІНКИ київ")
    expect(page.locator(".found-count")).to_have_text("1 segment")
    expect(page).to_have_url(re.compile("q=%D0"))
    page.get_by_label("Search").fill("nobody")
    expect(page.get_by_text("No segment like this")).to_be_visible()
    suits_everybody(page, "segments-nothing-found")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator(".found-count")).to_have_text(f"{MOST_LISTED + 2} segments")
    page.get_by_label("Order").select_option(label="Newest first")
    expect(page.locator("#rows tbody tr").first).to_contain_text("Madrid: women")
    suits_everybody(page, "segments-newest")


@pytest.mark.usefixtures("many")
def test_an_audience_is_chosen_by_keyboard(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER, width=width)
    page.goto("/campaigns/new/")
    field = page.get_by_role("combobox", name="Audience")
    field.focus()
    page.keyboard.press("ArrowDown")
    assert len(offered(page)) == 20
    page.keyboard.press("Escape")
    expect(page.locator(".chooser-found:visible")).to_have_count(0)
    field.press_sequentially("women")
    expect(page.locator(NAMES)).to_have_text(["Madrid: women"])
    expect(field).to_have_attribute("aria-expanded", "true")
    suits_everybody(page, "audience-offered")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Madrid: women")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.get_by_label("Name", exact=True).fill("Autumn")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit/**")
    assert str(Campaign.objects.get().segment) == "Madrid: women"


@pytest.mark.usefixtures("many")
def test_a_name_that_none_has_stays_written_and_the_choice_can_be_taken_back(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    draft = make_campaign(segment=Segment.objects.get(name="Київ: жінки"))
    page = page_as(Role.MARKETER, width=width, may_complain=True)
    page.goto(f"/campaigns/{draft.pk}/edit/")
    settle(page)
    card = page.locator("#audience")
    card.get_by_text("Change", exact=True).click()
    field = card.get_by_role("combobox", name="Audience")
    expect(field).to_have_value("Київ: жінки")
    field.fill("loyal to us")
    expect(card.locator(".chooser-note")).to_have_text("No segment fits.")
    card.get_by_role("button", name="Save").click()
    expect(card.locator(".invalid-feedback")).to_contain_text("No segment to choose is called “loyal to us”.")
    expect(field).to_have_value("loyal to us")
    suits_everybody(page, "audience-refused")
    field.fill("Київ: жінки")
    page.keyboard.press("Escape")
    # What is counted anew comes above the button.
    with page.expect_response("**/outlook/**"):
        card.get_by_role("button", name="Save").click()
    expect(card.locator(".invalid-feedback")).to_have_count(0)
    settle(page)
    card.get_by_text("Change", exact=True).click()
    field.click()
    page.get_by_role("option", name="Everyone").click()
    expect(field).to_have_value("")
    card.get_by_role("button", name="Save").click()
    expect(card.locator(".editor-lead")).to_have_text("Everyone")


@pytest.mark.usefixtures("many")
def test_a_route_is_made_for_one_of_many(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    draft = make_campaign()
    page = page_as(Role.MARKETER, width=width)
    page.goto(f"/campaigns/{draft.pk}/edit/")
    settle(page)
    page.get_by_text("Route for a segment").click()
    field = page.get_by_role("combobox", name="Segment")
    field.press_sequentially("київ")
    expect(page.locator(NAMES)).to_have_text(["Київ: жінки"])
    suits_everybody(page, "route-offered")
    # Escape closes the list, and only then the menu.
    page.keyboard.press("Escape")
    expect(field).to_be_visible()
    field.press("ArrowDown")
    page.get_by_role("option", name="Київ: жінки").click()
    page.get_by_role("button", name="Add the route").click()
    expect(page.locator(".route-name").first).to_contain_text("Київ: жінки")
    assert Route.objects.filter(version=draft.version_id, segment__name="Київ: жінки").exists()


@pytest.mark.usefixtures("many")
def test_contacts_are_narrowed_by_one_of_many(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    make_contact(first_name="Anna", country="UA")
    make_contact(first_name="Sofía", country="ES")
    page = page_as(Role.MARKETER, width=width)
    page.goto("/contacts/")
    field = page.get_by_role("combobox", name="Segment")
    field.click()
    field.press_sequentially("madr")
    page.get_by_role("option", name="Madrid: women").click()
    expect(page.locator(".found-count")).to_have_text("1 contact")
    page.reload()
    expect(field).to_have_value("Madrid: women")
    expect(page.locator("#found tbody th")).to_contain_text(["Sofía"])
    field.fill("nobody")
    field.press("Enter")
    expect(page.locator("#found [role=alert]")).to_contain_text("No segment to choose is called “nobody”.")
    suits_everybody(page, "contacts-no-such-segment")


@pytest.mark.usefixtures("many")
def test_without_script_a_name_is_written_whole(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, java_script_enabled=False, may_complain=True)
    page.goto("/campaigns/new/")
    expect(page.get_by_text("Write the whole name of a segment.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Autumn")
    page.get_by_label("Audience", exact=True).fill("київ")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.locator(".invalid-feedback")).to_contain_text("Like it: “Київ: жінки”.")
    page.get_by_label("Audience", exact=True).fill("київ: жінки")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit/**")
    page.goto("/segments/")
    page.get_by_label("Search").fill("madrid")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".found-count")).to_have_text("1 segment")
