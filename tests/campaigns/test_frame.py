"""The frame around every page: menu, forms, fragments, questions, errors."""

import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.template import engines
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from pytest_django import Settings

from campaigns import icons, menu
from campaigns.models.campaigns import CampaignStatus
from campaigns.partials import ask, render_partial
from campaigns.permissions import Role
from channels.kinds import FACTS
from tests.campaigns.asked import asked
from tests.factories import NOON, make_campaign, make_user

TEMPLATES = sorted((Path(django_settings.BASE_DIR) / "templates").rglob("*.html"))


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
def test_the_overview_no_longer_explains_once_a_campaign_was_launched(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MARKETER]))
    make_campaign(status=CampaignStatus.FINISHED, launched_at=NOON)
    page = client.get("/").text
    assert "On the way to your first campaign" not in page
    assert re.search(r'<a class="btn btn-primary" href="[^"]+">.*Make a campaign</a>', page)


@pytest.mark.django_db
def test_the_primary_button_of_the_overview_is_the_first_thing_that_this_user_can_do(client: Client) -> None:
    for role, label in ((Role.ADMIN, "Connect a channel"), (Role.MARKETER, "Upload contacts")):
        client.force_login(make_user(roles=[role]))
        primary = re.findall(r'<a class="btn btn-primary".*?</a>', client.get("/").text)
        assert [label in button for button in primary] == [True]
    client.force_login(make_user(roles=[Role.MANAGER]))
    assert '<a class="btn btn-primary"' not in client.get("/").text


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


# --- What goes over the line ------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_are_compressed_and_files_are_as_they_are(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MARKETER, Role.ADMIN]))
    takes_gzip = {"Accept-Encoding": "gzip"}
    assert client.get("/", headers=takes_gzip).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/").headers
    assert (
        "Content-Encoding"
        not in client.get(
            "/reports/export/?format=csv&begins_on=2026-02-01&ends_on=2026-02-28", headers=takes_gzip
        ).headers
    )
    assert "Content-Encoding" not in client.get("/api/openapi.json", headers=takes_gzip).headers


def test_no_template_asks_for_the_script_of_bootstrap_which_no_page_loads() -> None:
    wanted = {path.name for path in TEMPLATES if re.search(r"data-bs-(?!theme)", path.read_text(encoding="utf-8"))}
    assert wanted == set()


# --- Dates and numbers by the reader's language -----------------------------------------------

# The names of Django's formats, which each language has its own of; a time of 24 hours; and what machines read.
FORMATS_OF_EVERYBODY = re.compile(r"(SHORT_)?(DATE|DATETIME|TIME|MONTH_DAY|YEAR_MONTH)_FORMAT|H:i(:s)?|c|Y-m-d")


def test_no_template_writes_a_date_as_only_one_language_does() -> None:
    written = {
        f"{path.name}: {found}"
        for path in TEMPLATES
        for found in re.findall(r"""\|(?:date|time):["']([^"']*)["']""", path.read_text(encoding="utf-8"))
        if not FORMATS_OF_EVERYBODY.fullmatch(found)
    }
    assert written == set()


def test_no_template_writes_a_number_as_only_one_language_does() -> None:
    refused = re.compile(r"\|(stringformat|floatformat:[\"'][^\"'g]*u|unlocalize)\b|{% localize off %}")
    for path in TEMPLATES:
        # Inside a tag's attribute, as an id or a width, a machine reads it.
        prose = re.sub(r'(value|href|id|for|data-[a-z-]+|hx-[a-z-]+)="[^"]*"', "", path.read_text(encoding="utf-8"))
        assert not refused.search(prose), path.name


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "Feb. 1, 2026"), ("ru", "1 февраля 2026 г."), ("uk", "1 лютого 2026 р."), ("es", "1 de febrero de 2026")],
)
def test_days_are_written_as_each_language_writes_them(language: str, written: str) -> None:
    with translation.override(language):
        assert date_format(date(2026, 2, 1)) == written


@pytest.mark.parametrize(
    ("language", "written"), [("en", "February 1"), ("ru", "1 февраля"), ("uk", "1 лютого"), ("es", "1 de febrero")]
)
def test_days_of_any_year_are_written_as_each_language_writes_them(language: str, written: str) -> None:
    with translation.override(language):
        assert date_format(date(2026, 2, 1), "MONTH_DAY_FORMAT") == written
