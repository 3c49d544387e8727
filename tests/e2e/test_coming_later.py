"""Parts that come after their page, in a real browser: a skeleton of their size, busy; and a way out if they fail."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.browser import PageAs, SuitsEverybody
from tests.pages.inhabited import Inhabited, inhabit

pytestmark = pytest.mark.django_db(transaction=True)

# The page, the address that its part asks, and the part.
PARTS = {
    "home": ("home", "home_week", "#week"),
    "campaign_list": ("campaign_list", "campaign_figures", ".figures-to-come"),
    "draft": ("campaign_editor", "campaign_outlook", "#outlook"),
    "segment_list": ("segment_list", "segment_count", "td[data-comes-later]"),
    "segment": ("segment_edit", "segment_preview", "#preview"),
    "contact": ("contact_detail", "contact_timeline", "main [data-comes-later]"),
}
# As much as a part may grow or shrink when it comes, in pixels: what lies below moves by this.
JUMP = 120
HEIGHTS = "parts => parts.reduce((sum, part) => sum + part.offsetHeight, 0)"


class Line:
    """What stands between the browser and an address: it holds requests back until it is told otherwise."""

    def __init__(self, page: Page, path: str) -> None:
        self.held: list[Route] = []
        self._answer: Callable[[Route], None] = self.held.append
        page.route(lambda url: path in url, self._take)

    def _take(self, route: Route) -> None:
        self._answer(route)

    def breaks(self, *, status: int | None = None) -> None:
        """Answer with an error, or with nothing at all, what is held back and what comes until it is mended."""
        self._answers_by(lambda route: route.fulfill(status=status, body="") if status else route.abort())

    def mends(self) -> None:
        """Let everything through, what was held back too."""
        self._answers_by(Route.continue_)

    def _answers_by(self, answer: Callable[[Route], None]) -> None:
        self._answer = answer
        while self.held:
            answer(self.held.pop())


def opened(page: Page, name: str, seen: Inhabited) -> tuple[Line, Locator]:
    """The page called `name` while its part does not come, and that part."""
    view, fragment, selector = PARTS[name]
    args = () if view in {"home", "campaign_list", "segment_list"} else seen.args[name]
    asks_for_one = fragment in {"campaign_outlook", "contact_timeline"}
    path = reverse(fragment, args=args if asks_for_one else ()) if fragment != "segment_count" else "/count/"
    line = Line(page, path)
    page.goto(reverse(view, args=args))
    return line, page.locator(selector).first


def test_a_part_is_busy_until_it_comes_at_about_the_size_it_had(page_as: PageAs, width: int) -> None:
    seen = inhabit()
    jumps = {}
    for name in PARTS:
        page = page_as(user=seen.user, width=width)
        line, part = opened(page, name, seen)
        expect(part).to_have_attribute("aria-busy", "true")
        before = page.locator("main").bounding_box()
        line.mends()
        expect(page.locator("[aria-busy]")).to_have_count(0)
        after = page.locator("main").bounding_box()
        assert before
        assert after
        # What is found to be wrong with the audience comes on top: nobody can keep a place for it.
        found = page.locator("#audience .problem").evaluate_all(HEIGHTS)
        jumps[name] = after["height"] - before["height"] - found
        page.close()
    assert {name: jump for name, jump in jumps.items() if abs(jump) > JUMP} == {}


def test_a_part_that_does_not_come_says_so_and_can_be_asked_for_again(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    seen = inhabit()
    words = "This could not be loaded, and it is our fault."
    for name in PARTS:
        page = page_as(user=seen.user, width=width, may_complain=True)
        line, part = opened(page, name, seen)
        expect(part).to_have_attribute("aria-busy", "true")
        line.breaks(status=500)
        expect(part).to_contain_text(words)
        expect(page.locator("[aria-busy], #toasts .toast")).to_have_count(0)
        suits_everybody(page, f"{name}-not-come")
        line.mends()
        part.get_by_role("button", name="Try again").click()
        expect(part).not_to_contain_text(words)
        page.close()


def test_a_part_says_that_the_connection_is_gone_instead_of_a_toast(page_as: PageAs) -> None:
    page = page_as(user=inhabit().user, may_complain=True)
    line = Line(page, reverse("home_week"))
    page.goto("/")
    line.breaks()
    expect(page.locator("#week")).to_contain_text("No connection to Cascade")
    expect(page.locator("#toasts .toast")).to_have_count(0)
    expect(page.locator("#week")).not_to_have_attribute("aria-busy", "true")


def test_a_skeleton_keeps_still_for_those_who_ask_for_it(page_as: PageAs) -> None:
    page = page_as(user=inhabit().user)
    line = Line(page, reverse("home_week"))
    page.goto("/")
    grey = page.locator("#week .skeleton-line").first
    assert grey.evaluate("line => getComputedStyle(line).animationName") == "none"
    line.mends()
