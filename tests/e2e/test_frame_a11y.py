"""The frame's own pages in a real browser: readable for everybody, in both themes and at both widths."""

import pytest
from django.template import engines
from pytest_django import Settings

from campaigns.permissions import Role
from channels.kinds import Channel
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def welcome_token(settings: Settings) -> None:
    """The door for the first admin stands open."""
    settings.WELCOME_TOKEN = "as-printed"


@pytest.mark.usefixtures("welcome_token")
def test_the_first_visit_and_a_wrong_address_can_be_used_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(width=width, may_complain=True)
    for name, path in {"nobody": "/", "welcome": "/welcome/as-printed/", "nowhere": "/nowhere/"}.items():
        page.goto(path)
        suits_everybody(page, name)


def test_the_way_in_can_be_used_by_everybody(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    make_user(roles=[Role.ADMIN])
    page = page_as(width=width)
    for name, path in {"sign-in": "/accounts/login/", "reset": "/accounts/password/reset/"}.items():
        page.goto(path)
        suits_everybody(page, name)


def test_the_pages_of_an_admin_can_be_used_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    colleague = make_user(roles=[Role.MANAGER], first_name="Олена", last_name="Коваленко")
    make_user(roles=[Role.MARKETER], first_name="Marc", is_active=False)
    page = page_as(Role.ADMIN, Role.MARKETER, width=width)
    pages = {
        "home": "/",
        "team": "/team/",
        "invite": "/team/invite/",
        "colleague": f"/team/{colleague.pk}/",
        "deactivate": f"/team/{colleague.pk}/deactivate/",
        "profile": "/profile/",
        "settings": "/settings/",
        "second-factor": "/accounts/2fa/",
        "password": "/accounts/password/change/",
    }
    for name, path in pages.items():
        page.goto(path)
        suits_everybody(page, name)


COMPONENTS = """{% load cascade %}
{% for colour in colours %}{% badge "Running" colour=colour dot=True %} {% channel_badge "sms" colour %}
  <span class="badge bg-{{ colour }}-lt">no sender chosen</span>{% endfor %}
{% for channel in channels %}{% channel_icon channel %}{% channel_badge channel %}{% endfor %}
{% badge "Draft" %} {% stat_bar 5197 12480 colour="green" %} {% percent 5197 12480 %}
{% for level in levels %}
  <div class="alert alert-{{ level }}"><div>Words about it, <a href="/">with a link</a></div></div>
{% endfor %}
{% for tone in tones %}<p class="{{ tone }}">2 parts</p>{% endfor %}
{% include "parts/empty.html" with icon_name="users" heading="Nobody yet" text="Upload a file." %}
<button class="btn btn-danger">Delete</button>
<a class="btn btn-outline-danger" href="/">Cancel</a> <a class="btn" href="/">Back</a>
"""

SHOW_TOAST = """
document.body.dispatchEvent(
  new CustomEvent("toasts", {bubbles: true, detail: {toasts: [{level: "error", text: "The vendor refused it."}]}})
)
"""


def test_the_parts_that_pages_are_made_of_can_be_read(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    colours = ("blue", "azure", "indigo", "purple", "pink", "red", "orange", "yellow", "lime", "green", "teal", "cyan")
    context = {
        "colours": colours,
        "channels": Channel.values,
        "levels": ("success", "info", "warning", "danger"),
        "tones": ("is-good", "is-warning", "is-bad", "is-notable"),
    }
    page = page_as(Role.MARKETER)
    page.goto("/")
    parts = engines["django"].from_string(COMPONENTS).render(context)
    page.evaluate("html => document.querySelector('.page-body').innerHTML = html", parts)
    page.evaluate(SHOW_TOAST)
    suits_everybody(page, "parts")
