"""Getting about a page by keys alone."""

from playwright.sync_api import Locator, Page

# So many key presses at most until the right thing has the focus.
MOST_TABS = 120


def tab_to(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Press Tab, or another `key`, until `wanted` has the focus."""
    wanted.wait_for()
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} cannot be reached by {key}")
