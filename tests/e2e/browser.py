"""What browser tests say of a page, and the types of the fixtures in conftest.py."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

PageAs = Callable[..., Page]
SuitsEverybody = Callable[..., None]
# Other tests beside them keep the processors busy, and the first page of a process compiles its templates: what comes
# late is not missing.
USUAL_PATIENCE_MS = 20_000
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# What htmx says when somebody leaves a page that is still asking for something. Every other failure of a request
# has an event of its own beside the second one.
LEFT_EARLY = ("htmx:sendAbort", "htmx:afterRequest")


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium without a screen, until the block ends."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
    be_as_patient_as_usual()
    yield browser
    browser.close()


def be_as_patient_as_usual() -> None:
    """Have whatever is expected of a page wait USUAL_PATIENCE_MS for it."""
    expect.set_options(timeout=USUAL_PATIENCE_MS)


def listen(page: Page, complaints: list[str]) -> None:
    """Add to `complaints` what the browser's console shows as errors of `page`, a broken content policy among them."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(LEFT_EARLY):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def settle(page: Page) -> None:
    """Wait until what the page asked for by htmx when it was opened has come.

    Where it comes while a button is pressed down, what is below it moves, and nothing has been clicked.
    """
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)
