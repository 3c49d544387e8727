"""What browser tests say of a page, and the types of the fixtures in conftest.py."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

PageAs = Callable[..., Page]
Axe = Callable[[Page], None]
Shot = Callable[[Page, str], Path]


def is_wider_than_window(page: Page) -> bool:
    """Whether the page as a whole has to be moved sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
