"""What browser tests say of a page, and the types of the fixtures in conftest.py."""

from collections.abc import Callable

from playwright.sync_api import ConsoleMessage, Page, expect

PageAs = Callable[..., Page]
SuitsEverybody = Callable[..., None]
# What htmx says when somebody leaves a page that is still asking for something. Every other failure of a request
# has an event of its own beside the second one.
LEFT_EARLY = ("htmx:sendAbort", "htmx:afterRequest")


def listen(page: Page, complaints: list[str]) -> None:
    """Add to `complaints` what the browser's console shows as errors of `page`, a broken content policy among them."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(LEFT_EARLY):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def settle(page: Page) -> None:
    """Wait until what the page asked for by htmx when it was opened has come."""
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
