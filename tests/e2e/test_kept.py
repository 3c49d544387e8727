"""Forms that the browser sends, and what stands in their way: a session that ended, an error; nothing typed is lost."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Segment, User
from campaigns.permissions import Role
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.e2e.sessions import sign_in
from tests.factories import PASSWORD, make_segment, make_user

pytestmark = pytest.mark.django_db(transaction=True)
OFFER = "What you sent here last was not saved"


def sent_after_the_session_ended(page: Page, segment: Segment) -> None:
    """Rename `segment` in its form; the sign-in page comes in answer."""
    page.goto(reverse("segment_edit", args=[segment.pk]))
    page.get_by_label("Name").fill("Winter <b>people</b>")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/"))


def signs_in(page: Page, user: User) -> None:
    """Sign in by hand, on the page that the browser shows."""
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def test_what_was_typed_is_offered_again_after_signing_in_and_sent_by_one_press(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    user, segment = make_user(roles=[Role.MARKETER]), make_segment(name="Winter")
    page = page_as(user=user, width=width, may_complain=True)
    sent_after_the_session_ended(page, segment)
    expect(page.get_by_text("What you typed is kept in this tab.")).to_be_visible()
    suits_everybody(page, "kept-sign-in")
    signs_in(page, user)
    expect(page.get_by_role("heading", name=OFFER)).to_be_visible()
    page.get_by_text("Show what you typed").click()
    expect(page.locator(".kept-values")).to_contain_text("Winter <b>people</b>")
    suits_everybody(page, "kept-offer")
    page.get_by_role("button", name="Send it again").click()
    expect(page).to_have_url(re.compile(r"/segments/(\?saved=\d+)?$"))
    segment.refresh_from_db()
    assert segment.name == "Winter <b>people</b>"
    page.goto(reverse("segment_edit", args=[segment.pk]))
    expect(page.get_by_role("heading", name=OFFER)).to_have_count(0)


def test_it_can_be_thrown_away(page_as: PageAs) -> None:
    user, segment = make_user(roles=[Role.MARKETER]), make_segment()
    page = page_as(user=user, may_complain=True)
    sent_after_the_session_ended(page, segment)
    signs_in(page, user)
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_role("heading", name=OFFER)).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name=OFFER)).to_have_count(0)


def test_somebody_else_who_signs_in_is_not_shown_it(page_as: PageAs, live_server: LiveServer) -> None:
    segment = make_segment()
    page = page_as(Role.MARKETER, may_complain=True)
    sent_after_the_session_ended(page, segment)
    sign_in(page.context, url=live_server.url, roles=[Role.MARKETER])
    page.goto(reverse("segment_edit", args=[segment.pk]))
    expect(page.get_by_role("heading", name=OFFER)).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('typed')") is None


def test_passwords_are_not_kept(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, may_complain=True)
    page.goto(reverse("segment_edit", args=[make_segment().pk]))
    page.get_by_label("Name").fill("Autumn")
    page.evaluate(
        """() => {
            const form = document.getElementById("segment-form");
            form.append(Object.assign(document.createElement("input"), {type: "password", name: "key", value: "hush"}));
        }"""
    )
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/accounts/login/"))
    kept = page.evaluate("sessionStorage.getItem('typed')")
    assert "Autumn" in kept
    assert "hush" not in kept
    assert "csrf" not in kept


def test_a_form_too_old_to_be_trusted_leads_back_to_what_was_typed(page_as: PageAs) -> None:
    segment = make_segment()
    page = page_as(Role.MARKETER, may_complain=True)
    page.goto(reverse("segment_edit", args=[segment.pk]))
    page.get_by_label("Name").fill("Autumn")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="This page was too old")).to_be_visible()
    page.get_by_role("link", name="back to where you typed it").click()
    page.get_by_role("button", name="Send it again").click()
    expect(page).to_have_url(re.compile(r"/segments/(\?saved=\d+)?$"))
    segment.refresh_from_db()
    assert segment.name == "Autumn"
