"""The message in the editor: its texts, its link, how it looks and what it takes."""

from typing import Any

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.models import Contact, Content
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, page, refusal, text
from tests.factories import RoutePlan, StepPlan, make_campaign, make_contact

pytestmark = pytest.mark.django_db


def test_the_message_and_its_link_are_saved(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {"message-text": "Hello {{ first_name }}\r\n{{ link }}", "message-link_url": "https://shop.example.com/x"}
    assert marketer.post(page("message_save", campaign), answers, headers=HTMX).status_code == 200
    assert Content.objects.get().text == "Hello {{ first_name }}\n{{ link }}"
    assert campaign.version.links.get().url == "https://shop.example.com/x"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"message-text": "Hello {{ frist_name }}"}, "Did you mean “first_name”?"),
        ({"message-text": "Hello {{ first_name"}, "is never closed"),
        ({"message-text": "Hello", "message-link_url": "shop"}, "Begin the address with https:// and a site."),
        ({"message-text": "Hello", "message-link_url": "https://{{ country }}.example.com"}, "only behind it"),
    ],
)
def test_what_is_wrong_with_the_message_is_told_and_nothing_typed_is_lost(
    marketer: Client, answers: dict[str, str], sentence: str
) -> None:
    campaign = make_campaign()
    shown = refusal(marketer, page("message_save", campaign), answers).content.decode()
    assert sentence in shown
    assert all(value in shown for value in answers.values())
    assert Content.objects.get().text.startswith("Hello {{ first_name | friend }}")


def test_a_channel_gets_a_text_of_its_own_and_gives_it_up(marketer: Client) -> None:
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=Channel.VIBER)])])
    marketer.post(page("message_save", campaign) + "?text=viber", {"message-text": "For Viber"}, headers=HTMX)
    assert Content.objects.get(channel="viber").text == "For Viber"
    assert campaign.version.links.exists()
    marketer.post(page("message_remove", campaign) + "?text=viber", headers=HTMX)
    assert not Content.objects.filter(channel="viber").exists()


def test_a_mistake_stands_in_its_own_tab_and_marks_it(marketer: Client) -> None:
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, channel=Channel.SMS, text="Hello {{ frist_name }}")
    elsewhere = text(marketer.get(page("campaign_editor", campaign)))
    assert "Did you mean" not in elsewhere
    assert "1 thing to do" in elsewhere
    assert 'aria-label="has something to mend"' in marketer.get(page("campaign_editor", campaign)).content.decode()
    assert "Did you mean “first_name”?" in text(marketer.get(page("campaign_editor", campaign) + "?text=sms"))


def test_an_unknown_channel_is_no_tab(marketer: Client) -> None:
    assert marketer.get(page("campaign_editor", make_campaign()) + "?text=pigeon").status_code == 404


def test_parts_are_counted_with_the_real_link_while_it_is_typed(marketer: Client, settings: Any) -> None:
    """Incident: nobody sees which character forces UCS-2 (braze-docs#10058, postmangovsg#1362)."""
    settings.PUBLIC_URL = "https://shp.ex"
    make_contact(phone="+380501112233", consents=[Channel.SMS], first_name="Ann")
    campaign = make_campaign()
    typed = {"message-text": "Sale – " + "x" * 40 + " {{ link }}", "message-link_url": "https://shop.example.com"}
    shown = text(marketer.post(page("message_look", campaign), typed, headers=HTMX))
    # 48 characters and a link of 29: more than the 70 that one part of UCS-2 holds.
    assert "2 parts , 77 characters in UCS-2" in shown
    assert "because of –" in shown
    assert "use plain characters and pay for 1 part" in shown
    assert "What Ann sees" in shown
    assert Content.objects.get().text.startswith("Hello")


def test_one_click_replaces_the_costly_characters_and_saves(marketer: Client) -> None:
    campaign = make_campaign()
    answers = {"message-text": "Sale – “now”", "message-link_url": "", "cheapen": "all"}
    marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert Content.objects.get().text == 'Sale - "now"'


def test_the_message_is_shown_for_one_person_after_another(marketer: Client) -> None:
    for name in ("Ann", "Bob"):
        make_contact(phone="", first_name=name)
    campaign = make_campaign(text="Hello {{ first_name }}")
    first = text(marketer.get(page("campaign_editor", campaign)))
    ann = Contact.objects.get(first_name="Ann")
    following = text(
        marketer.post(page("message_look", campaign), {"message-text": "Hello", "after": ann.pk}, headers=HTMX)
    )
    assert "What Ann sees" in first
    assert "What Bob sees" in following
