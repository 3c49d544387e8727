"""The bar at the top, in a real browser: there while something takes long, gone at its end or failure."""

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.permissions import Role
from tests.e2e.browser import PageAs
from tests.e2e.test_coming_later import Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(page_as: PageAs, width: int) -> Page:
    """A list of contacts, open and at rest."""
    opened = page_as(Role.MARKETER, width=width, may_complain=True)
    opened.goto("/contacts/")
    expect(bar(opened)).to_have_css("opacity", "0")
    return opened


def bar(page: Page) -> Locator:
    return page.locator("#waiting-bar")


def asked(page: Page) -> Line:
    """Ask for something by htmx that does not come before the line is told so."""
    line = Line(page, "/jump/")
    page.evaluate("void htmx.ajax('GET', '/jump/?sought=a', {source: document.body, swap: 'none'})")
    return line


def test_a_quick_answer_shows_no_bar_and_a_slow_one_does_until_it_has_come(page: Page) -> None:
    line = asked(page)
    expect(bar(page)).to_have_css("opacity", "1")
    # The style waits, so that nothing flickers.
    assert bar(page).evaluate("bar => getComputedStyle(bar).transitionDelay") == "0.25s"
    line.mends()
    expect(bar(page)).to_have_css("opacity", "0")


@pytest.mark.parametrize("status", [500, None])
def test_it_goes_away_when_nothing_comes(page: Page, status: int | None) -> None:
    line = asked(page)
    expect(bar(page)).to_have_css("opacity", "1")
    line.breaks(status=status)
    expect(bar(page)).to_have_css("opacity", "0")
    expect(page.locator("#toasts .toast")).to_have_count(1)


def test_it_shows_for_a_link_until_the_next_page_comes_or_somebody_stops_it(page: Page) -> None:
    told = page.evaluate(
        """() => {
            const link = Object.assign(document.createElement("a"), { href: "?q=anna" });
            document.querySelector("main").append(link);
            const states = () => document.getElementById("waiting-bar").classList.contains("is-waiting");
            link.click();
            const going = states();
            window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
            return [going, states()];
        }"""
    )
    assert told == [True, False]
    page.wait_for_url("**/contacts/?q=anna")
    expect(bar(page)).to_have_css("opacity", "0")
