"""What the frame does in the browser: theme, menus, dialog, toasts; and that it works without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from tests.e2e.browser import PageAs
from tests.factories import PASSWORD, make_account, make_campaign, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def expect_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def test_signing_in_and_out(page_as: PageAs) -> None:
    user = make_user(roles=[Role.MARKETER])
    page = page_as()
    page.goto("/profile/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/profile/$"))
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_theme_is_chosen_without_leaving_the_page_and_kept(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect_theme(page, "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.goto("/profile/")
    expect_theme(page, "dark")


def test_the_theme_follows_the_device_until_one_is_chosen(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, theme="dark")
    page.goto("/")
    expect_theme(page, "dark")
    page.emulate_media(color_scheme="light")
    expect_theme(page, "light")


def test_a_language_chosen_in_the_menu_speaks_at_once(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    page.locator(".user-menu summary").click()
    page.get_by_label("Language").select_option("uk")
    expect(page.locator("html")).to_have_attribute("lang", "uk")


def test_the_menu_is_behind_a_button_on_a_phone(page_as: PageAs) -> None:
    page = page_as(Role.ADMIN, width=390)
    page.goto("/")
    expect(page.get_by_role("link", name="Team")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Team").click()
    expect(page.get_by_role("heading", name="Team")).to_be_visible()


def test_the_content_is_one_key_away(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_question_opens_as_a_dialog_and_closes_without_having_done_anything(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MARKETER], first_name="Marc")
    page = page_as(Role.ADMIN)
    page.goto(f"/team/{colleague.pk}/")
    opener = page.get_by_role("link", name="Deactivate")
    for close in ("Escape", "Keep it as it is"):
        opener.click()
        expect(page.get_by_role("dialog", name="Deactivate Marc")).to_be_visible()
        if close == "Escape":
            page.keyboard.press(close)
        else:
            page.get_by_role("link", name=close).click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(opener).to_be_focused()
    colleague.refresh_from_db()
    assert colleague.is_active


def test_a_question_answered_in_the_dialog_is_carried_out(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MARKETER], first_name="Marc")
    page = page_as(Role.ADMIN)
    page.goto(f"/team/{colleague.pk}/")
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Marc can no longer sign in.")).to_be_visible()
    colleague.refresh_from_db()
    assert not colleague.is_active


def test_a_request_that_fails_says_so_in_a_toast_that_stays(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MARKETER])
    page = page_as(Role.ADMIN, may_complain=True)
    page.goto(f"/team/{colleague.pk}/")
    colleague.delete()
    page.get_by_role("link", name="Deactivate").click()
    toasts = page.locator("#toasts")
    expect(toasts).to_contain_text("This is no longer here.")
    toasts.get_by_role("button", name="Close").click()
    expect(toasts).to_be_empty()


def test_a_lost_connection_is_said_once(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MARKETER])
    page = page_as(Role.ADMIN, may_complain=True)
    page.goto(f"/team/{colleague.pk}/")
    page.context.set_offline(True)
    for _attempt in range(3):
        page.get_by_role("link", name="Deactivate").click()
    expect(page.locator("#toasts .toast")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("No connection to Cascade.")


def test_a_part_that_asks_again_says_once_that_it_fails(page_as: PageAs) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    page = page_as(Role.MARKETER, may_complain=True)
    page.route("**/live/*", lambda route: route.fulfill(status=500, body=""))
    page.goto(f"/campaigns/{campaign.pk}/")
    for _time in range(3):
        page.wait_for_event("requestfinished", lambda request: "/live/" in request.url)
    expect(page.locator("#toasts .toast")).to_have_count(1)


def test_what_is_copied_twice_says_in_the_end_what_it_said(page_as: PageAs) -> None:
    page = page_as(Role.ADMIN)
    page.context.grant_permissions(["clipboard-write"])
    page.clock.install()
    page.goto(f"/channels/{make_account().pk}/")
    button = page.locator("[data-copies]")
    for _press in range(2):
        button.click()
        expect(button).to_have_text("Copied")
    page.clock.run_for(5_000)
    expect(button).to_have_text("Copy")


def test_a_session_that_ended_leads_to_the_sign_in_page_and_back(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MARKETER])
    page = page_as(Role.ADMIN)
    page.goto(f"/team/{colleague.pk}/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("link", name="Deactivate").click()
    expect(page).to_have_url(re.compile(rf"/accounts/login/\?next=%2Fteam%2F{colleague.pk}%2F$"))


def test_everything_works_without_javascript(page_as: PageAs) -> None:
    colleague = make_user(roles=[Role.MARKETER], first_name="Marc")
    page = page_as(Role.ADMIN, width=390, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Team").click()
    page.get_by_role("link", name="Change Marc").click()
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Marc can no longer sign in.")).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect_theme(page, "dark")
    page.locator(".user-menu summary").click()
    page.get_by_label("Language").select_option("es")
    page.get_by_role("button", name="Use this language").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    colleague.refresh_from_db()
    assert not colleague.is_active
