"""The audience in the editor, and how many people each step reaches."""

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.models import Contact, Purpose
from tests.campaigns.editor.pages import HTMX, fresh, page, text
from tests.factories import make_campaign, make_contact, make_segment

pytestmark = pytest.mark.django_db


def test_people_are_counted_by_route_and_step_apart_from_the_page(marketer: Client, olena: Contact) -> None:
    make_contact(email="ann@example.com")
    campaign = make_campaign()
    spanish = make_segment(rule={"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]})
    route = drafting.add_route(campaign=campaign, segment=spanish)
    shown = marketer.get(page("campaign_outlook", campaign), headers=HTMX)
    assert "2 people · 1 reachable on at least one step" in text(shown)
    assert "1 of 2 can be messaged here." in text(shown)
    assert f'data-fills="route-{route.pk}-people" hidden>0<' in shown.content.decode()


def test_an_empty_audience_is_told_beside_it(marketer: Client) -> None:
    assert "There are no contacts yet." in text(marketer.get(page("campaign_outlook", make_campaign()), headers=HTMX))


def test_the_audience_is_changed(marketer: Client) -> None:
    campaign, segment = make_campaign(), make_segment()
    answers = {"name": "Winter", "kind": "once", "purpose": "transactional", "segment": segment.pk}
    assert marketer.post(page("audience_save", campaign), answers, headers=HTMX).status_code == 200
    changed = fresh(campaign)
    assert (changed.name, changed.purpose, changed.segment) == ("Winter", Purpose.TRANSACTIONAL, segment)


def test_a_campaign_for_the_api_shows_how_to_call_it(marketer: Client) -> None:
    campaign = make_campaign(kind="api")
    shown = text(marketer.get(page("campaign_editor", campaign)))
    assert "POST /api/enrolments" in shown
    assert f"id is {campaign.pk} ." in shown
