"""What browser tests say of a page, and the types of the fixtures in conftest.py."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

PageAs = Callable[..., Page]
SuitsEverybody = Callable[..., None]


def settle(page: Page) -> None:
    """Wait until what the page asked for by htmx when it was opened has come."""
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
