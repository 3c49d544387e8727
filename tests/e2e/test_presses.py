"""A press is for what it began on, although the page moves or is drawn anew before the finger is up again."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Segment
from campaigns.permissions import Role
from tests.e2e.browser import PageAs, settle
from tests.factories import make_segment, make_user
from tests.pages.inhabited import RULE_IN_A_RULE

pytestmark = pytest.mark.django_db(transaction=True)

# What a late part does: what is below it moves down.
MOVES = "document.querySelector('main').style.paddingTop = '300px'"
LOCKS = "for (const button of document.querySelectorAll('main button')) button.disabled = true"
REDRAWS = "document.querySelector('main').innerHTML = document.querySelector('main').innerHTML"


def middle(place: Locator) -> tuple[float, float]:
    """Where `place` is on the screen, in CSS pixels."""
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def press(page: Page, place: Locator, meanwhile: str) -> None:
    """Press the mouse on the middle of `place`, let `meanwhile` (JavaScript) happen, and let go."""
    page.mouse.move(*middle(place))
    page.mouse.down()
    page.evaluate(meanwhile)
    page.mouse.up()


def ready_to_save(page: Page) -> Locator:
    """The button that saves a segment under another name; all it lacks is a press."""
    page.goto(f"/segments/{make_segment(name='Before', rule=RULE_IN_A_RULE).pk}/")
    page.get_by_label("Name").first.fill("Pressed")
    settle(page)
    return page.get_by_role("button", name="Save", exact=True)


def names() -> list[str]:
    """What the segments are called by now."""
    return [segment.name for segment in Segment.objects.all()]


def test_a_button_that_moved_while_it_was_pressed_is_clicked_once(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    press(page, ready_to_save(page), MOVES)
    page.wait_for_url("**/segments/?saved=*")
    assert names() == ["Pressed"]


def test_a_button_under_a_finger_likewise(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, width=390)
    x, y = middle(ready_to_save(page))
    screen = page.context.new_cdp_session(page)
    screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.evaluate(MOVES)
    screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url("**/segments/?saved=*")
    assert names() == ["Pressed"]


@pytest.mark.parametrize("meanwhile", [MOVES, REDRAWS])
def test_a_link_leads_on_although_it_was_moved_or_drawn_anew(page_as: PageAs, meanwhile: str) -> None:
    page = page_as(Role.MARKETER)
    make_segment()
    page.goto("/segments/")
    settle(page)
    press(page, page.get_by_role("link", name="New segment").first, meanwhile)
    page.wait_for_url("**/segments/new/")


def test_a_button_that_was_drawn_anew_is_clicked(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MANAGER], first_name="Olena")
    page = page_as(Role.ADMIN)
    page.goto(f"/team/{colleague.pk}/")
    settle(page)
    press(page, page.locator("form[action$='/link/'] button"), REDRAWS)
    expect(page.get_by_role("heading", name="A link for Olena")).to_be_visible()


def test_another_link_in_the_place_of_the_first_is_not_followed(page_as: PageAs) -> None:
    make_segment()
    page = page_as(Role.MARKETER)
    page.goto("/segments/")
    settle(page)
    new = page.get_by_role("link", name="New segment").first
    press(
        page,
        new,
        "for (const link of document.querySelectorAll('main a')) link.outerHTML = '<a href=/profile/>Another</a>'",
    )
    expect(page.get_by_role("link", name="Another").first).to_be_visible()
    expect(page).to_have_url(re.compile("/segments/$"))


def test_who_moves_away_before_letting_go_has_not_pressed(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    save = ready_to_save(page)
    x, y = middle(save)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 200)
    page.mouse.up()
    expect(page.get_by_label("Name").first).to_have_value("Pressed")
    assert names() == ["Before"]


def test_what_was_locked_while_it_was_pressed_does_nothing(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    press(page, ready_to_save(page), f"{MOVES}; {LOCKS}")
    expect(page.get_by_label("Name").first).to_have_value("Pressed")
    assert names() == ["Before"]
