"""Forms on their way, in a real browser: sent once however often they are pressed, and never lost by signing out."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Campaign
from campaigns.permissions import Role
from tests.e2e.browser import PageAs
from tests.e2e.sessions import sign_in
from tests.factories import make_campaign, make_user
from tests.until import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_form_pressed_twice_is_sent_once_and_its_button_says_that_it_works(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/campaigns/new/")
    page.get_by_label("Name").fill("Winter sale")
    button = page.locator("main form button[type=submit]").last
    told = button.evaluate("button => { button.click(); button.click(); return [button.ariaBusy, button.title]; }")
    assert told == ["true", "Working…"]
    page.wait_for_url(re.compile(r"/campaigns/\d+/edit/"))
    assert Campaign.objects.count() == 1


def test_what_was_typed_outlives_being_signed_out_and_is_saved_after_signing_in_elsewhere(
    page_as: PageAs, live_server: LiveServer
) -> None:
    user = make_user(roles=[Role.MARKETER])
    campaign = make_campaign()
    page = page_as(user=user, may_complain=True)
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    page.context.clear_cookies(name="sessionid")
    message = page.locator("#message-form textarea").first
    message.fill("Only today")
    expect(page.locator("#toasts")).to_contain_text("You are signed out. What you typed is still here")
    expect(page.locator("#toasts").get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    expect(message).to_have_value("Only today")
    sign_in(page.context, url=live_server.url, user=user)
    message.press_sequentially("!")
    # What was typed before may be tried again first, by itself.
    wait_until(lambda: written(campaign) == "Only today!", what="all that was typed is saved", patience_s=30)


def written(campaign: Campaign) -> str:
    """The text of `campaign` for everybody, empty where there is none yet."""
    return "".join(campaign.version.contents.values_list("text", flat=True))
