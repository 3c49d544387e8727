"""Somebody else has changed the draft meanwhile."""

import re

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.drafting.opening import acting
from campaigns.models import Content
from campaigns.models.campaigns import CampaignStatus
from tests.campaigns.editor.pages import HTMX, page, text, the_step
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


def test_who_was_overtaken_keeps_what_was_typed_and_may_save_it_then(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    answers = {"message-text": "Mine", "message-link_url": "", "seen": seen}
    overtaken = marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert overtaken.status_code == 422
    assert "in another window or by somebody else" in text(overtaken)
    assert "Mine" in text(overtaken)
    assert Content.objects.get().text != "Mine"
    again = re.search(r'name="seen_now" value="([^"]+)"', overtaken.content.decode())
    assert again is not None
    marketer.post(page("message_save", campaign), {**answers, "seen_now": again[1]}, headers=HTMX)
    assert Content.objects.get().text == "Mine"


def test_a_button_pressed_on_an_old_page_does_nothing_but_tell(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    response = marketer.post(page("step_remove", campaign, the_step(campaign).pk), {"seen": seen}, headers=HTMX)
    assert "in another window" in response.headers["HX-Trigger"]
    assert the_step(campaign).pk


def test_a_draft_that_was_launched_meanwhile_leads_to_its_own_page(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    answers = {"message-text": "Late", "message-link_url": ""}
    response = marketer.post(page("message_save", campaign), answers, headers=HTMX)
    assert response.headers["HX-Redirect"] == page("campaign_review", campaign)
    assert Content.objects.get().text != "Late"


def test_whoever_changed_the_draft_is_called_by_name(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    with acting(make_user(first_name="Olena", last_name="Koval")):
        drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    answers = {"message-text": "Mine", "message-link_url": "", "seen": seen}
    overtaken = text(marketer.post(page("message_save", campaign), answers, headers=HTMX))
    assert "Olena Koval changed this campaign." in overtaken
    assert "what you typed is kept" in overtaken
