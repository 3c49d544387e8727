"""The frame around every page: menu, forms, fragments, questions, errors, figures in words."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails
from pytest_django import Settings

from campaigns import icons, menu, wording
from campaigns.models import Contact
from campaigns.models.campaigns import CampaignStatus
from campaigns.pagination import page_of
from campaigns.partials import ask, render_partial
from campaigns.permissions import Role
from campaigns.views import errors
from channels.kinds import FACTS
from tests.factories import make_campaign, make_contact, make_user

TEMPLATES = sorted((Path(django_settings.BASE_DIR) / "templates").rglob("*.html"))


def asked(path: str = "/", **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    request.user = AnonymousUser()
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def rendered(source: str, **context: object) -> str:
    return str(engines["django"].from_string(source).render(context, asked()))


# --- Menu and pages -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "open_to_it", "closed_to_it"),
    [(Role.ADMIN, {"Team", "Settings"}, {"Segments"}), (Role.MANAGER, {"Overview"}, {"Team", "Settings", "Contacts"})],
)
def test_the_menu_shows_what_the_user_may_open(role: Role, open_to_it: set[str], closed_to_it: set[str]) -> None:
    request = asked()
    request.user = make_user(roles=[role])
    shown = {str(link.label) for section in menu.for_request(request) for link in section.links}
    assert open_to_it <= shown
    assert not closed_to_it & shown


@pytest.mark.django_db
def test_the_menu_leaves_out_pages_that_do_not_exist_and_marks_the_one_that_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = (
        menu.Entry(label="Overview", icon="home", url_name="home"),
        menu.Entry(label="Team", icon="users", url_name="user_list"),
        menu.Entry(label="Moon", icon="moon", url_name="moon_landing"),
    )
    nowhere = menu.Section(heading="Space", entries=entries[2:])
    monkeypatch.setattr(menu, "MENU", (menu.Section(heading="", entries=entries), nowhere))
    request = asked("/team/invite/")
    request.user = make_user(is_superuser=True)
    (section,) = menu.for_request(request)
    assert [(link.label, link.is_current) for link in section.links] == [("Overview", False), ("Team", True)]


def test_a_page_says_its_title_once_and_shows_it_twice() -> None:
    page = rendered('{% extends "layout/entrance.html" %}{% block title %}Soup & bread{% endblock %}')
    assert "<title>Soup & bread · Cascade</title>" in page
    assert '<h1 class="entrance-title">Soup & bread</h1>' in page


@pytest.mark.django_db
def test_the_overview_of_an_empty_product_leads_to_the_first_campaign(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MARKETER]))
    page = client.get("/").text
    assert "On the way to your first campaign" in page
    assert "Nothing runs now" in page


@pytest.mark.django_db
def test_the_overview_shows_what_runs(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MANAGER]))
    make_campaign(name="Autumn collection", status=CampaignStatus.RUNNING)
    make_campaign(name="Old news", status=CampaignStatus.FINISHED)
    page = client.get("/").text
    assert "Autumn collection" in page
    assert "Running" in page
    assert "Old news" not in page


# --- The policy: no inline script, style or event -------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(django_settings.BASE_DIR)))
def test_no_template_needs_what_the_content_policy_refuses(template: Path) -> None:
    source = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", template.read_text(), flags=re.DOTALL)
    is_mail = "mail" in template.relative_to(django_settings.BASE_DIR).parts  # programs for mail know no style sheet
    assert is_mail or not re.findall(r"<style|\sstyle=|\son[a-z]+=|\shx-on|javascript:", source)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(django_settings.BASE_DIR)))
def test_every_icon_that_a_template_names_exists(template: Path) -> None:
    named = re.findall(r"""(?:{% icon |icon_name=)["']([a-z0-9-]+)["']""", template.read_text())
    assert [name for name in named if not icons.exists(name)] == []


def test_every_icon_of_the_menu_and_the_channels_exists() -> None:
    named = {entry.icon for section in menu.MENU for entry in section.entries}
    named |= {facts.icon for facts in FACTS.values()}
    assert [name for name in named if not icons.exists(name)] == []


def test_a_wrong_icon_is_found_while_developing_and_left_out_in_production(settings: Settings) -> None:
    assert rendered('{% load cascade %}[{% icon "no-such-icon" %}]') == "[]"
    settings.DEBUG = True
    with pytest.raises(icons.UnknownIcon):
        icons.draw("../keys")


# --- Forms ------------------------------------------------------------------------------------


class Order(forms.Form):
    """A form with a field of each look."""

    amount = forms.IntegerField(label="How many", help_text="At least one.", min_value=1)
    note = forms.CharField(required=False)
    colour = forms.ChoiceField(choices=[("r", "Red")], required=False)
    size = forms.MultipleChoiceField(choices=[("s", "Small"), ("l", "Large")], widget=forms.CheckboxSelectMultiple)
    is_gift = forms.BooleanField(required=False)


def test_an_error_stands_at_its_field_and_is_tied_to_it() -> None:
    page = rendered("{{ form }}", form=Order({"amount": "0"}))
    field = re.search(r'<input type="number"[^>]*>', page)
    assert field
    assert 'class="form-control is-invalid"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in field[0]
    assert re.search(r'id="id_amount_error">\s*<p[^>]*>Ensure this value is greater', page)


def test_inputs_look_like_tablers_and_what_may_stay_empty_says_so() -> None:
    page = rendered("{{ form }}", form=Order())
    assert page.count('class="form-check-input"') == 3
    assert 'class="form-select"' in page
    assert re.search(r"<legend[^>]*>Size</legend>", page)
    assert re.search(r'for="id_note">Note <span class="form-optional">optional</span>', page)
    assert page.count("form-optional") == 1


# --- Fragments and questions ------------------------------------------------------------------


def test_htmx_gets_the_fragment_and_everybody_else_the_page() -> None:
    question = {"question": "Sure?", "effects": ["Nothing."], "yes": "Yes", "back": "/", "action": "/"}
    page = render_partial(asked(), "parts/confirm.html", question, fragment="question").text
    fragment = render_partial(asked(HX_Request="true"), "parts/confirm.html", question, fragment="question").text
    assert "<html" in page
    assert "<html" not in fragment
    assert "Sure?" in fragment


@pytest.mark.parametrize("header", ["HX_Boosted", "HX_History_Restore_Request"])
def test_htmx_gets_the_page_where_it_replaces_the_page(header: str) -> None:
    request = asked(HX_Request="true", **{header: "true"})
    response = render_partial(request, "parts/confirm.html", {"back": "/"}, fragment="question")
    assert "<html" in response.text
    assert "HX-Request" in response["Vary"]


def test_the_target_of_htmx_chooses_among_fragments() -> None:
    request = asked(HX_Request="true", HX_Target="dialog")
    chosen = render_partial(request, "parts/confirm.html", {"back": "/"}, fragment={"dialog": "question"})
    assert "<html" not in chosen.text
    request = asked(HX_Request="true", HX_Target="elsewhere")
    assert "<html" in render_partial(request, "parts/confirm.html", {"back": "/"}, fragment={"dialog": "question"}).text


def test_waiting_messages_come_with_a_fragment_as_toasts() -> None:
    request = asked(HX_Request="true")
    messages.success(request, "Збережено")
    response = render_partial(request, "parts/confirm.html", {"back": "/"}, fragment="question")
    assert response["HX-Trigger"].isascii()
    assert '"level": "success"' in response["HX-Trigger"]


def test_a_question_says_what_will_happen_and_can_be_answered_without_javascript() -> None:
    response = ask(asked("/x/"), question="Cancel <it>?", effects=["12 people stop."], yes="Cancel", back="/back/")
    assert "Cancel &lt;it&gt;?" in response.text
    assert '<form method="post" action="/x/"' in response.text
    assert 'href="/back/"' in response.text
    assert "12 people stop." in response.text


# --- Errors, without a database: these tests may not touch one, pytest-django sees to it ------


@pytest.mark.parametrize(
    ("view", "status"), [(errors.bad_request, 400), (errors.forbidden, 403), (errors.not_found, 404)]
)
def test_error_pages_need_no_database(view: object, status: int) -> None:
    response = view(asked(), Exception("secret detail"))  # type: ignore[operator]
    assert response.status_code == status
    assert 'class="entrance-title"' in response.text
    assert "secret detail" not in response.text


def test_a_refused_form_says_what_to_do() -> None:
    assert errors.csrf_failure(asked()).status_code == 403
    assert errors.csrf_failure(asked(HX_Request="true")).text == "This page is too old. Reload it and try again."


def test_a_database_that_is_away_gives_the_page_for_it() -> None:
    """A visitor with a session: the very first query fails, before any view."""
    client = Client(raise_request_exception=False)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "0" * 32
    client.cookies["theme"] = "dark"
    response = client.get("/")
    assert response.status_code == 500
    assert "That did not work" in response.text
    assert 'data-bs-theme="dark"' in response.text


def test_an_address_that_leads_nowhere_gets_a_page_without_a_query() -> None:
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.text


# --- Figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (timedelta(hours=2), "2 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=60), "1 hour"),
        (timedelta(seconds=30), "30 seconds"),
        (timedelta(days=90), "90 days"),
        (timedelta(hours=36), "36 hours"),
        # Too many of one unit: two units, cut off below.
        (timedelta(seconds=100_000), "1 day 3 hours"),
        (timedelta(hours=100), "4 days 4 hours"),
        (timedelta(days=120), "120 days"),
        (timedelta(0), "0 seconds"),
        (None, "—"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(value: timedelta | None, words: str) -> None:
    assert wording.duration(value) == words


@pytest.mark.parametrize(
    ("amount", "language", "words"),
    [
        ("537.78", "en", "$537.78"),
        ("0.031", "en", "$0.031"),
        ("0.5", "en", "$0.50"),
        ("0", "en", "$0.00"),
        ("-3", "en", "-$3.00"),
        ("1234567.891", "en", "$1,234,567.89"),
        ("1234567.891", "ru", "1 234 567,89 $"),
    ],
)
def test_money_is_written_as_the_language_writes_it(amount: str, language: str, words: str) -> None:
    with translation.override(language):
        assert wording.money(Decimal(amount), "USD").replace("\xa0", " ") == words


def test_a_rate_never_stands_without_its_denominator() -> None:
    """Mautic showed percentages above 100 of nobody knew what: mautic#2507."""
    assert rendered("{% load cascade %}{% percent 5197 12480 %}") == '<span class="rate">41.6% of 12,480</span>'
    assert wording.percent(1, 0) == "—"
    assert wording.percent(5, 5) == "100%"


def test_a_bar_is_drawn_and_said_in_any_language() -> None:
    with translation.override("ru"):
        bar = rendered("{% load cascade %}{% stat_bar value 12480 %}", value=Decimal("5197.5"))
    assert 'value="5197.5" max="12480"' in bar
    assert 'aria-label="' in bar


# --- Pages of long lists ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("order_by", [("-id",), ("last_name", "id"), ("-last_name", "-id")])
def test_paging_there_and_back_shows_every_row_once(order_by: tuple[str, ...]) -> None:
    """A page of contacts took a minute at 10 million: mautic#14369. By key, each page is one short index scan."""
    for number in range(7):
        make_contact(last_name=f"N{number // 3}")
    whole = list(Contact.objects.order_by(*order_by))

    there: list[Contact] = []
    pages: list[list[Contact]] = []
    cursor = ""
    while True:
        page = page_of(Contact.objects.all(), order_by=order_by, cursor=cursor, size=3)
        there += page.rows
        pages.append(list(page.rows))
        if not page.next_cursor:
            break
        cursor = page.next_cursor
    assert there == whole

    for earlier in reversed(pages[:-1]):
        page = page_of(Contact.objects.all(), order_by=order_by, cursor=page.previous_cursor, size=3)
        assert list(page.rows) == earlier
    assert page.previous_cursor == ""
    assert page.next_cursor


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["nonsense", "W10", "%%%", "WzEsMl0x", "IiI"])
def test_a_broken_cursor_gives_the_first_page(cursor: str) -> None:
    contact = make_contact()
    page = page_of(Contact.objects.all(), cursor=cursor)
    assert list(page.rows) == [contact]
    assert page.previous_cursor == ""
