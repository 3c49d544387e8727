"""Pictures of the demo's pages, small enough to be kept."""

import base64
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright
from playwright.sync_api import Page as OpenPage

from tests.e2e import sessions
from tests.e2e.browser import chromium, settle
from tests.pages.book import PAGES, Page
from tests.pages.inhabited import Inhabited
from tests.tour.telling import picture

WIDTH, LONGEST = 1440, 2000
# Of WebP, in percent: text is still clear.
QUALITY = 70


def take(seen: Inhabited, *, address: str) -> None:
    """Put a picture of each page of the product at `address` where the tour looks for it."""
    with sync_playwright() as playwright, chromium(playwright) as browser:
        visitor, stranger = (
            browser.new_context(
                base_url=address, viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce", locale="en"
            )
            for _ in range(2)
        )
        sessions.sign_in(visitor, url=address, user=seen.user)
        for page in _first_of_each_name():
            _take_one(stranger if page.is_public else visitor, page.path(seen), picture(page.name))


def _first_of_each_name() -> Sequence[Page]:
    return list({page.name: page for page in reversed(PAGES)}.values())


def _take_one(context: BrowserContext, path: str, file: Path) -> None:
    page = context.new_page()
    answer = page.goto(path)
    assert answer, path
    assert answer.ok, f"{path}: {answer.status}"
    settle(page)
    file.write_bytes(_shot(context, page))
    page.close()


def _shot(context: BrowserContext, page: OpenPage) -> bytes:
    """The page as WebP, which Playwright itself does not make, down to its end, or as far as a picture goes."""
    height = min(LONGEST, page.evaluate("Math.max(innerHeight, document.documentElement.scrollHeight)"))
    page.set_viewport_size({"width": WIDTH, "height": height})
    # A chart that is drawn anew in its new size.
    page.wait_for_timeout(500)
    shot = context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(shot["data"])
