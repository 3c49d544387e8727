"""Getting about a page by keys alone."""

from playwright.sync_api import Locator, Page

# So many key presses at most until the right thing has the focus.
MOST_TABS = 120
HAS_FOCUS = "element => element.isConnected ? element === document.activeElement : null"


def tab_to(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Press Tab, or another `key`, until `wanted` has the focus."""
    wanted.wait_for()
    # Looking for it by its role costs far more than a key press: once, and again when the page has replaced it.
    element = wanted.element_handle()
    for _ in range(MOST_TABS):
        has_focus = element.evaluate(HAS_FOCUS)
        if has_focus is None:
            element = wanted.element_handle()
            has_focus = element.evaluate(HAS_FOCUS)
        if has_focus:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} cannot be reached by {key}")
