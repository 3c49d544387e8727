"""The pages about errors in a real browser: readable for everybody, at both widths, in each language."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Response, expect

from campaigns.permissions import Role
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.e2e.broken_addresses")]

# What each page says first, and the address that brings it.
PAGES = {
    400: ("We could not read that", "/broken/400/"),
    403: ("This is not open to you", "/broken/403/"),
    "403_csrf": ("This page was too old", "/broken/403_csrf/"),
    404: ("There is nothing here", "/nowhere/"),
    405: ("This is not a page", "/profile/theme/"),
    413: ("That was too much at once", "/broken/413/"),
    429: ("Too often in a short time", "/broken/429/"),
    500: ("That did not work", "/broken/500/"),
}


def is_strict(answer: Response | None) -> bool:
    """Whether the page may run nothing but the product's own scripts."""
    return answer is not None and "script-src 'self';" in f"{answer.headers['content-security-policy']};"


def test_every_error_page_suits_everybody_and_leads_out(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    make_user(roles=[Role.ADMIN], first_name="Ada", last_name="Lovelace", email="ada.lovelace@example.com")
    page = page_as(Role.MANAGER, width=width, may_complain=True)
    for name, (title, path) in PAGES.items():
        page.goto("/reports/")
        # As a link would, so that there is a page to go back to.
        page.evaluate("path => { location.href = path; }", path)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        suits_everybody(page, f"error-{name}")
        assert is_strict(page.reload())
        expect(page.locator(".ways-out a.btn-primary")).to_have_count(1)
        page.locator(".ways-out").get_by_role("link", name="To the overview").click()
        expect(page).to_have_title("Overview · Cascade")


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_every_error_page_speaks_the_users_language(language: str) -> None:
    client = Client(raise_request_exception=False, headers={"Accept": "text/html"})
    client.force_login(make_user(roles=[Role.MANAGER], language=language))
    for title, path in PAGES.values():
        page = client.get(path).text
        assert f'<html lang="{language}"' in page
        assert title not in page


def test_a_toast_about_a_crash_tells_its_reference(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, may_complain=True)
    page.goto(reverse("home"))
    page.evaluate("htmx.ajax('GET', '/broken/500/', {source: document.body, swap: 'none'})")
    told = page.locator("#toasts .toast")
    expect(told).to_contain_text("it is our fault")
    expect(told).to_contain_text("Reference: ")
