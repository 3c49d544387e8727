"""Links and forms without a network, in a real browser: the page stays, says so, and goes on when it is back."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from campaigns.permissions import Role
from tests.e2e.browser import PageAs, SuitsEverybody

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "No network, so this page stays open with what you typed."


@pytest.fixture
def form(page_as: PageAs, width: int) -> Page:
    """A form in which somebody has typed while the network went away."""
    page = page_as(Role.MARKETER, width=width, may_complain=True)
    page.goto("/campaigns/new/")
    page.get_by_label("Name").fill("Winter sale")
    page.context.set_offline(True)
    return page


def follow_link(page: Page) -> None:
    """Press the link above the heading, which stands there at each width."""
    page.locator(".page-pretitle a").click()


def test_a_link_keeps_the_page_and_what_was_typed_until_the_network_is_back(
    form: Page, suits_everybody: SuitsEverybody
) -> None:
    follow_link(form)
    follow_link(form)
    expect(form.locator("#toasts .toast")).to_have_count(1)
    expect(form.locator("#toasts .toast")).to_contain_text(WORDS)
    expect(form.get_by_label("Name")).to_have_value("Winter sale")
    expect(form.locator(".waiting-bar.is-waiting")).to_have_count(0)
    suits_everybody(form, "offline")
    form.context.set_offline(False)
    expect(form.locator("#toasts .toast")).to_have_count(0)
    follow_link(form)
    expect(form).to_have_url(re.compile(r"/campaigns/$"))


def test_a_form_is_not_sent_into_the_void_and_can_be_sent_later(form: Page) -> None:
    button = form.locator("main form button[type=submit]").last
    button.click()
    expect(form.locator("#toasts")).to_contain_text(WORDS)
    expect(button).not_to_have_attribute("aria-busy", "true")
    form.context.set_offline(False)
    button.click()
    expect(form).to_have_url(re.compile(r"/campaigns/\d+/edit/"))
    assert Campaign.objects.get().name == "Winter sale"


def test_a_server_on_the_same_machine_is_reached_without_a_network(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', {get: () => false})")
    page.goto("/campaigns/new/")
    page.get_by_label("Name").fill("Winter sale")
    page.locator("main form button[type=submit]").last.click()
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/edit/"))
    follow_link(page)
    expect(page).to_have_url(re.compile(r"/campaigns/$"))
