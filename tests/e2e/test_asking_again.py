"""Parts that ask again every few seconds: not in a tab out of sight, and at once when it is seen again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from campaigns import drafting
from campaigns.permissions import Role
from tests.contact_files.importing import started
from tests.e2e.browser import PageAs, settle

LOOK = """(isHidden) => {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
POLLS = re.compile(r'<[^>]*hx-trigger="every [^>]*>')


def hide(page: Page, *, is_hidden: bool) -> None:
    """Let the browser say that the tab is out of sight, or to be seen again."""
    page.evaluate(LOOK, is_hidden)


def queued_import() -> str:
    """The page of an import that waits for its turn."""
    queued = started("phone\n+380501112233")
    return f"/contacts/imports/{queued.pk}/"


def draft() -> str:
    """The editor of a draft."""
    return f"/campaigns/{drafting.create(name='Autumn', actor=None).pk}/edit/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("made", [queued_import, draft])
def test_a_tab_out_of_sight_does_not_ask_and_does_so_at_once_when_it_is_seen(
    page_as: PageAs, made: Callable[[], str]
) -> None:
    page = page_as(Role.MARKETER)
    page.clock.install()
    page.goto(made())
    # The editor asks nothing while anything else on it is under way.
    settle(page)
    part = page.locator("[data-asks-again]").first
    address = str(part.get_attribute("hx-get")).partition("?")[0]
    hide(page, is_hidden=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    # Every pause ends, and from here on none does.
    page.clock.pause_at(page.evaluate("Date.now() + 60000"))
    page.evaluate("() => Promise.resolve()")
    assert not asked
    with page.expect_response(f"**{address}**"):
        hide(page, is_hidden=False)


def test_whatever_asks_again_obeys() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    polls = [poll for template in templates for poll in POLLS.findall(template.read_text())]
    assert polls
    assert [poll for poll in polls if ", seen-again" not in poll or "data-asks-again" not in poll] == []
