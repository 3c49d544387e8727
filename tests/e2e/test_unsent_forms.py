"""Whoever leaves a form that was filled in and not sent is asked first; nobody is asked without need."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from campaigns.models import Segment
from campaigns.permissions import Role
from tests.e2e.browser import PageAs, settle
from tests.e2e.test_unsaved_messages import LEAVES
from tests.factories import make_contact, make_segment, make_user
from tests.pages.inhabited import RULE_IN_A_RULE

pytestmark = pytest.mark.django_db(transaction=True)


def asks(page: Page) -> bool:
    """Would the browser ask whoever leaves `page` now?"""
    return bool(page.evaluate(LEAVES))


def test_a_segment_typed_and_not_saved_asks_before_it_is_left(page_as: PageAs) -> None:
    segment = make_segment(name="Before", rule=RULE_IN_A_RULE)
    page = page_as(Role.MARKETER)
    page.goto(f"/segments/{segment.pk}/")
    settle(page)
    assert not asks(page), "nothing was typed yet"
    page.get_by_label("Name").first.fill("Saved late")
    assert asks(page)
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Segments").first.click(no_wait_after=True)
    expect(page.get_by_label("Name").first).to_have_value("Saved late")
    assert questions == ["beforeunload"]
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/segments/?saved=*")
    assert Segment.objects.get().name == "Saved late"
    assert questions == ["beforeunload"], "who saves is not asked"


def test_a_condition_removed_from_a_segment_counts_as_typed(page_as: PageAs) -> None:
    segment = make_segment(rule=RULE_IN_A_RULE)
    page = page_as(Role.MARKETER)
    page.goto(f"/segments/{segment.pk}/")
    settle(page)
    assert not asks(page)
    page.locator("[data-removes-row]").first.click()
    assert asks(page)


def test_a_form_that_was_refused_still_asks(page_as: PageAs) -> None:
    # The browser writes the refusal to its console.
    page = page_as(Role.MARKETER, may_complain=True)
    page.goto("/segments/new/")
    page.get_by_label("Name").first.fill("No condition yet")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main [aria-invalid=true]").first).to_be_visible()
    assert asks(page)


def test_a_search_is_nothing_to_lose(page_as: PageAs) -> None:
    make_contact(first_name="Olena")
    page = page_as(Role.MARKETER)
    page.goto("/contacts/")
    page.get_by_role("searchbox").first.fill("Ole")
    settle(page)
    assert not asks(page)


def test_a_person_changed_and_not_saved_asks(page_as: PageAs) -> None:
    contact = make_contact(first_name="Olena")
    page = page_as(Role.MARKETER)
    page.goto(f"/contacts/{contact.pk}/edit/")
    page.get_by_label("First name").fill("Olga")
    assert asks(page)
    page.get_by_label("First name").press("Enter")
    page.wait_for_url(f"**/contacts/{contact.pk}/")
    assert not asks(page)


def test_another_form_of_the_page_asks_first_and_works_after_a_no(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MANAGER], first_name="Olena")
    page = page_as(Role.ADMIN)
    page.goto(f"/team/{colleague.pk}/")
    page.get_by_label("First name").fill("Olga")
    other = page.locator("form[action$='/link/'] button")
    page.once("dialog", lambda dialog: dialog.dismiss())
    other.click()
    expect(page.get_by_label("First name")).to_have_value("Olga")
    assert asks(page)
    page.once("dialog", lambda dialog: dialog.accept())
    other.click()
    expect(page.get_by_role("heading", name="A link for Olena")).to_be_visible()
