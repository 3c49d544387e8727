"""A real browser at the real pages: Chromium through Playwright against pytest-django's live server.

    @pytest.mark.django_db(transaction=True)
    def test_the_page_opens(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
        page = page_as(Role.MARKETER, width=width)
        page.goto("/segments/")
        suits_everybody(page, "segments")

Where Chromium or axe-core is missing, the tests are skipped and say so. Django is not imported up
here, because pytest reads this file before tests/conftest.py has configured the settings.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.e2e.browser import CHROMIUM, PageAs, SuitsEverybody, chromium, listen, settle

if TYPE_CHECKING:
    from campaigns.models import User
    from campaigns.permissions import Role
    from tests.e2e.answering import Answering

Theme = Literal["light", "dark"]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 at the level that laws ask for, and axe's own good practices.
STANDARDS = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
# All that a theme can change for the worse.
COLOURS = ("color-contrast", "link-in-text-block")
AXE_RUN = """
async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  const where = (node) => `    ${node.target}  ${node.failureSummary}`;
  return found.violations.map((broken) => [`${broken.id}: ${broken.help}`, ...broken.nodes.map(where)].join("\\n"));
}
"""
IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

# Playwright's sync API runs an event loop in this thread, and Django would take every query for an async mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the browser tests in a row.

    Whatever else the process tests after them may run an event loop: Playwright's must be gone from its thread.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"There is no Chromium at {CHROMIUM}: browser tests are left out (set CHROMIUM to its path).")
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@pytest.fixture(scope="session")
def answering(live_server: LiveServer) -> Iterator["Answering"]:
    """What the live server is still about."""
    from tests.e2e.answering import Answering

    with pytest.MonkeyPatch.context() as patch:
        yield Answering(live_server.thread.httpd, patch)


@pytest.fixture
def page_as(browser: Browser, live_server: LiveServer, answering: "Answering") -> Iterator[PageAs]:
    """`page_as(Role.ADMIN, width=390, theme="dark")`: a page of a fresh browser, signed in; `page_as()` is not.

    `user` gives the user instead of a new one; other options are those of Playwright's `new_context`. Errors
    in the browser's console, a broken content policy among them, fail the test at its end, unless it was told
    that the page `may_complain`: the browser itself complains of a 404.
    """
    from tests.e2e import sessions

    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(*roles: "Role", user: "User | None" = None, may_complain: bool = False, **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **_look(**options))
        contexts.append(context)
        if user is not None or roles:
            sessions.sign_in(context, url=live_server.url, user=user, roles=roles)
        page = context.new_page()
        if not may_complain:
            listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    answering.wait_for_the_last()
    assert not complaints, complaints


def _look(width: int = 1440, theme: str = "light", **options: Any) -> dict[str, Any]:
    # Nothing moves: a click while a menu opens would miss what it aims at, and a theme would be judged half-way.
    still = {"reduced_motion": "reduce"}
    return {"viewport": {"width": width, "height": 900}, "color_scheme": theme, **still, **options}


@pytest.fixture(params=[1440, 390])
def width(request: pytest.FixtureRequest) -> int:
    """The width of a window, in pixels: a desktop's, then a phone's."""
    return int(request.param)


@pytest.fixture
def suits_everybody() -> SuitsEverybody:
    """`suits_everybody(page, "team")`: in both themes axe finds nothing wrong with the page, and it fits its window.

    CASCADE_SHOTS names a folder for pictures of it, as team-390-dark.png.
    """
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `make assets` brings it, to check the pages for accessibility.")
    script = AXE.read_text()
    folder = os.environ.get("CASCADE_SHOTS")

    def check(page: Page, name: str) -> None:
        settle(page)
        # The debugger's evaluate is not subject to the page's content policy, as a script tag would be.
        if not page.evaluate("'axe' in window"):
            page.evaluate(script)
        themes = _themes(page)
        for theme, rules in zip(themes, (STANDARDS, COLOURS), strict=True):
            page.emulate_media(color_scheme=theme)
            violations: list[str] = page.evaluate(AXE_RUN, rules)
            assert not violations, f"{page.url} ({theme})\n" + "\n".join(violations)
            if folder:
                wide = page.evaluate("innerWidth")
                page.screenshot(path=f"{folder}/{name}-{wide}-{theme}.png", full_page=True)
        assert not page.evaluate(IS_WIDER), f"{page.url} is wider than its window"
        page.emulate_media(color_scheme=themes[0])

    return check


def _themes(page: Page) -> tuple[Theme, Theme]:
    """The theme that the page shows, and the other one."""
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    return ("dark", "light") if is_dark else ("light", "dark")
