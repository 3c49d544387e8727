"""The pages about what went wrong: what they say, where they lead. Without a mark a test may not touch a database."""

import logging
import re
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from campaigns.permissions import Role
from campaigns.views import errors
from tests.campaigns.asked import asked
from tests.factories import make_user

Handler = Callable[[HttpRequest, Exception], HttpResponse]
EDITOR = "http://testserver/campaigns/3/edit/?route=2"
BACK = '<a class="btn{}" href="/campaigns/3/edit/?route=2">Back</a>'
OVERVIEW = '<a class="btn{}" href="/">To the overview</a>'


@pytest.mark.parametrize(
    ("view", "status"), [(errors.bad_request, 400), (errors.forbidden, 403), (errors.not_found, 404)]
)
def test_error_pages_need_no_database(view: Handler, status: int) -> None:
    response = view(asked("/lost/"), Exception("secret detail"))
    assert response.status_code == status
    assert 'class="entrance-title"' in response.text
    assert "secret detail" not in response.text


def test_where_a_form_failed_the_page_it_stood_on_is_the_first_way_out() -> None:
    response = errors.csrf_failure(asked(method="POST", Referer=EDITOR))
    assert BACK.format(" btn-primary") + OVERVIEW.format("") in response.text


def test_where_a_link_led_nowhere_the_overview_is_the_first_way_out() -> None:
    response = errors.not_found(asked(Referer=EDITOR), Exception())
    assert OVERVIEW.format(" btn-primary") + BACK.format("") in response.text


@pytest.mark.parametrize("came_from", ["", "https://elsewhere.example/campaigns/", "http://testserver/lost/"])
def test_no_way_leads_to_other_sites_or_to_the_same_page_again(came_from: str) -> None:
    assert ">Back<" not in errors.not_found(asked("/lost/", Referer=came_from), Exception()).text


def test_a_host_that_is_not_ours_gets_a_page_too() -> None:
    assert errors.bad_request(asked(Host="evil.example", Referer=EDITOR), DisallowedHost()).status_code == 400


def test_what_was_too_large_is_told_with_the_limit() -> None:
    response = errors.bad_request(asked(method="POST", Referer=EDITOR), RequestDataTooBig())
    assert response.status_code == 413
    assert "A form takes 10.0\xa0MB at most" in response.text
    assert BACK.format(" btn-primary") in response.text


def test_a_form_that_is_too_large_gets_this_page() -> None:
    client, words = Client(), "theme=" + "x" * django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = client.post(reverse("choose_theme"), words, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413


def test_a_refused_form_says_what_to_do() -> None:
    assert errors.csrf_failure(asked("/lost/")).status_code == 403
    assert errors.csrf_failure(asked(HX_Request="true")).text == "This page is too old. Reload it and try again."


def test_too_many_tries_are_told_in_words() -> None:
    response = errors.too_many(asked("/lost/"))
    assert response.status_code == 429
    assert "wait a minute and try again" in response.text


def test_a_database_that_is_away_gives_the_page_for_it() -> None:
    """A visitor with a session: the very first query fails, before any view."""
    client = Client(raise_request_exception=False)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "0" * 32
    client.cookies["theme"] = "dark"
    response = client.get("/")
    assert response.status_code == 500
    assert "That did not work" in response.text
    assert 'data-bs-theme="dark"' in response.text
    assert '<a class="btn btn-primary" href="/">Try again</a>' in response.text


def test_a_crash_speaks_the_language_of_the_browser_when_the_profile_cannot_be_read() -> None:
    client = Client(raise_request_exception=False, headers={"Accept-Language": "uk"})
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "0" * 32
    assert '<html lang="uk"' in client.get("/campaigns/").text


def test_the_reference_of_a_crash_stands_in_the_log_on_the_page_and_in_the_header_for_a_toast(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client(raise_request_exception=False)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "0" * 32
    with caplog.at_level(logging.ERROR, logger="campaigns.views.errors"):
        response = client.get("/campaigns/")
    reference = response["X-Reference"]
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", reference)
    assert f"<code>{reference}</code>" in response.text
    assert any(f"Reference {reference}" in line and "GET /campaigns/" in line for line in caplog.messages)


def test_an_address_that_leads_nowhere_gets_a_page_without_a_query() -> None:
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.text
    assert reverse("palette") in response.text


def test_an_address_for_forms_that_is_opened_says_so_to_a_browser_and_is_silent_to_others() -> None:
    opened = Client().get(reverse("choose_theme"), headers={"Accept": "text/html,*/*"})
    assert (opened.status_code, opened["Allow"]) == (405, "POST")
    assert "This is not a page" in opened.text
    assert Client().get(reverse("choose_theme"), headers={"Accept": "application/json"}).content == b""


@pytest.mark.django_db
def test_who_may_not_do_something_is_told_what_and_who_can_help(client: Client) -> None:
    make_user(roles=[Role.ADMIN], first_name="Ada", email="ada@example.com")
    client.force_login(make_user(roles=[Role.MANAGER]))
    page = client.get(reverse("campaign_create")).text
    assert "You may not make and launch campaigns." in page
    assert "mailto:ada@example.com" in page
