"""What the frame shows to nobody in particular, and the parts of all pages: readable for everybody."""

import pytest
from django.template import engines
from pytest_django import Settings

from campaigns.permissions import Role
from channels.kinds import Channel
from tests.e2e.browser import PageAs, SuitsEverybody

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


COMPONENTS = """{% load cascade %}
{% for colour in colours %}{% badge "Running" colour=colour dot=True %} {% channel_badge "sms" colour %}{% endfor %}
<span class="badge bg-orange-lt">3</span>
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
        "tones": ("is-good", "is-warning", "is-bad"),
    }
    page = page_as(Role.MARKETER)
    page.goto("/")
    parts = engines["django"].from_string(COMPONENTS).render(context)
    page.evaluate("html => document.querySelector('.page-body').innerHTML = html", parts)
    page.evaluate(SHOW_TOAST)
    suits_everybody(page, "parts")
