"""Versions of the message for people who read another language."""

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.models import Content
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, page, text
from tests.factories import make_campaign, make_contact, make_segment

pytestmark = pytest.mark.django_db

SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es", "uk"]}]}


def test_only_languages_of_the_audience_are_offered_with_how_many_read_them(marketer: Client) -> None:
    for language in ("es", "es", "uk", "en", ""):
        make_contact(language=language)
    everyone = text(marketer.get(page("message_languages", make_campaign())))
    assert "Spanish 2 people" in everyone
    assert "English 1 person" in everyone
    some = text(marketer.get(page("message_languages", make_campaign(segment=make_segment(rule=SPANISH)))))
    assert "Ukrainian 1 person" in some
    assert "English" not in some


def test_nothing_is_offered_where_no_language_is_known(marketer: Client) -> None:
    make_contact(language="")
    assert "No language is known" in text(marketer.get(page("message_languages", make_campaign())))
    broken = make_campaign(segment=make_segment(rule={"field": "shoe size"}))
    assert "No language is known" in text(marketer.get(page("message_languages", broken)))


def test_the_languages_are_there_without_javascript_too(marketer: Client) -> None:
    make_contact(language="es")
    campaign = make_campaign()
    assert "Spanish 1 person" in text(marketer.get(page("campaign_editor", campaign), {"languages": "1"}))


def test_a_version_is_written_shown_to_its_readers_and_removed(marketer: Client) -> None:
    make_contact(first_name="Ann", language="en")
    make_contact(first_name="Juan", language="es")
    campaign = make_campaign(text="Hello {{ first_name }}")
    address = page("campaign_editor", campaign)
    fresh_tab = text(marketer.get(address, {"language": "es"}))
    assert "There is no text in this language yet: Spanish." in fresh_tab
    assert "What Juan sees" in fresh_tab
    answers = {"message-text": "Hola {{ first_name }}", "at_language": "es"}
    marketer.post(page("message_keep", campaign), answers, headers=HTMX)
    assert Content.objects.get(language="es").text == "Hola {{ first_name }}"
    assert "Hola Juan" in text(marketer.get(address, {"language": "es"}))
    general = text(marketer.get(address))
    assert "What Ann sees" in general
    assert "Hello Ann" in general
    marketer.post(page("message_remove", campaign) + "?language=es", headers=HTMX)
    assert not Content.objects.filter(language="es").exists()


def test_a_reader_of_another_version_sees_that_one(marketer: Client) -> None:
    juan = make_contact(first_name="Juan", language="es")
    campaign = make_campaign(text="Hello")
    drafting.write_content(campaign=campaign, language="es", text="Hola")
    response = marketer.post(
        page("message_look", campaign), {"message-text": "Hello all", "person": juan.pk}, headers=HTMX
    )
    assert "Hola" in text(response)
    assert "?language=es#message" in response.content.decode()


def test_a_channel_has_versions_of_its_own(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {"message-text": "Hola", "at_language": "es", "at_text": "sms"}
    marketer.post(page("message_keep", campaign), answers, headers=HTMX)
    assert Content.objects.get(language="es").channel == Channel.SMS
    shown = text(marketer.get(page("campaign_editor", campaign), {"language": "es", "text": "sms"}))
    assert "The text of this channel for people who read: Spanish." in shown
    assert "Remove this text" in shown


def test_a_channel_without_its_version_says_so_and_begins_with_what_its_readers_get(marketer: Client) -> None:
    campaign = make_campaign(text="Hello")
    drafting.write_content(campaign=campaign, language="es", text="Hola")
    shown = text(marketer.get(page("campaign_editor", campaign), {"language": "es", "text": "sms"}))
    assert "This channel has no text of its own in this language yet: Spanish." in shown
    assert "Hola" in shown


@pytest.mark.parametrize("language", ["<b>", "english please", "x"])
def test_what_is_no_language_is_no_tab(marketer: Client, language: str) -> None:
    assert marketer.get(page("campaign_editor", make_campaign()), {"language": language}).status_code == 404
