"""The message saved as one types, and a second editor who does the same."""

import re
from typing import Any

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.drafting.opening import acting
from campaigns.models import Campaign, Content, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, fresh, page, text, undone
from tests.factories import RoutePlan, StepPlan, make_campaign, make_user

pytestmark = pytest.mark.django_db


def keep(browser: Client, campaign: Campaign, written: str, **state: str) -> Any:
    """What comes back when `written` is saved as it was typed."""
    answers = {"message-text": written, "message-link_url": "", **state}
    return browser.post(page("message_keep", campaign), answers, headers=HTMX)


def test_what_was_typed_is_saved_and_the_fields_are_left_alone(marketer: Client) -> None:
    campaign = make_campaign()
    kept = keep(marketer, campaign, "Hello\r\nthere", seen=campaign.updated_at.isoformat())
    assert kept.status_code == 200
    assert Content.objects.get().text == "Hello\nthere"
    assert "message-kept" in kept.headers["HX-Trigger"]
    assert "<textarea" not in kept.content.decode()
    assert f'name="seen_now" value="{fresh(campaign).updated_at.isoformat()}"' in kept.content.decode()
    assert "Saved" in text(kept)


def test_one_save_after_another_is_no_conflict(marketer: Client) -> None:
    campaign = make_campaign()
    first = keep(marketer, campaign, "One", seen=campaign.updated_at.isoformat())
    seen_now = re.search(r'name="seen_now" value="([^"]+)"', first.content.decode())
    assert seen_now is not None
    keep(marketer, campaign, "One two", seen_now=seen_now[1])
    assert Content.objects.get().text == "One two"


def test_a_text_of_a_channel_is_saved_in_its_own_tab(marketer: Client) -> None:
    keep(marketer, make_campaign(), "For SMS", at_text="sms")
    assert Content.objects.get(channel="sms").text == "For SMS"


def test_the_subject_outlives_a_mail_step_that_is_taken_out_and_put_back(marketer: Client) -> None:
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=Channel.SMS), StepPlan(channel=Channel.EMAIL)])])
    drafting.write_content(campaign=campaign, text="Hello", subject="Our sale")
    mail = Step.objects.get(channel=Channel.EMAIL)
    marketer.post(page("step_remove", campaign, mail.pk), headers=HTMX)
    keep(marketer, campaign, "Hello there")
    marketer.post(page("step_restore", campaign), undone(mail), headers=HTMX)
    assert 'value="Our sale"' in marketer.get(page("campaign_editor", campaign)).content.decode()


@pytest.mark.parametrize(
    ("answers", "slot", "sentence"),
    [
        ({"message-text": "Hello {{ frist_name }}"}, "kept-text", "Did you mean “first_name”?"),
        ({"message-text": "Hello {{ first_name"}, "kept-text", "is never closed"),
        ({"message-text": "Hello", "message-link_url": "shop"}, "kept-link_url", "Begin the address with https://"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(
    marketer: Client, answers: dict[str, str], slot: str, sentence: str
) -> None:
    campaign = make_campaign()
    refused = marketer.post(page("message_keep", campaign), answers, headers=HTMX)
    assert refused.status_code == 200
    at_field = re.search(rf'data-fills="{slot}"[^>]*>(.*?)</div>', refused.content.decode(), re.DOTALL)
    assert at_field is not None
    assert sentence in at_field[1]
    assert "Not saved yet" in text(refused)
    assert "message-kept" not in refused.headers.get("HX-Trigger", "")
    assert "seen_now" not in refused.content.decode()
    assert Content.objects.get().text.startswith("Hello {{ first_name | friend }}")


def test_who_was_quicker_is_told_by_name_and_time_and_nothing_is_overwritten(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    with acting(make_user(first_name="Olena", last_name="Koval")):
        drafting.write_content(campaign=campaign, text="Theirs")
    overtaken = keep(marketer, campaign, "Mine", seen=seen)
    assert re.search(r"At \d.*, Olena Koval changed this campaign\.", text(overtaken))
    assert "Theirs" in text(overtaken)
    assert "seen_now" not in overtaken.content.decode()
    assert Content.objects.get().text == "Theirs"


def test_mine_can_be_kept_over_theirs_and_the_page_is_brought_up_to_date(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.write_content(campaign=campaign, text="Theirs")
    overtaken = keep(marketer, campaign, "Mine", seen=seen)
    over = re.search(r'name="over" value="([^"]+)"', overtaken.content.decode())
    assert over is not None
    kept = keep(marketer, campaign, "Mine", seen=seen, over=over[1])
    assert kept.headers["HX-Redirect"] == page("campaign_editor", campaign)
    assert "message-kept" in kept.headers["HX-Trigger"]
    assert Content.objects.get().text == "Mine"


def test_a_third_change_meanwhile_is_told_again(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.write_content(campaign=campaign, text="Theirs")
    over = fresh(campaign).updated_at.isoformat()
    drafting.write_content(campaign=campaign, text="Theirs again")
    assert "Theirs again" in text(keep(marketer, campaign, "Mine", seen=seen, over=over))
    assert Content.objects.get().text == "Theirs again"


def test_a_change_elsewhere_on_the_page_says_that_this_text_was_not_touched(marketer: Client) -> None:
    campaign = make_campaign(text="Same")
    seen = campaign.updated_at.isoformat()
    drafting.set_schedule(campaign=campaign, starts_at=None, ends_at=None)
    overtaken = keep(marketer, campaign, "Same", seen=seen)
    assert "This text was not changed" in text(overtaken)


def test_what_was_saved_although_its_answer_was_lost_is_no_conflict(client: Client) -> None:
    campaign = make_campaign()
    client.force_login(make_user(roles=[Role.MARKETER]))
    seen = campaign.updated_at.isoformat()
    keep(client, campaign, "Saved,\r\nbut its answer was lost", seen=seen)
    again = keep(client, campaign, "And typed on", seen=seen, unanswered="Saved,\r\nbut its answer was lost")
    assert "message-kept" in again.headers["HX-Trigger"]
    assert Content.objects.get().text == "And typed on"


def test_what_the_same_person_has_saved_already_is_no_conflict(client: Client) -> None:
    campaign = make_campaign()
    client.force_login(make_user(roles=[Role.MARKETER]))
    seen = campaign.updated_at.isoformat()
    keep(client, campaign, "Saved by a page that was\r\nreloaded meanwhile", seen=seen)
    again = keep(client, campaign, "Saved by a page that was\r\nreloaded meanwhile", seen=seen)
    assert "message-kept" in again.headers["HX-Trigger"]


def test_the_same_text_does_not_take_back_what_another_window_did_beside_it(client: Client) -> None:
    campaign = make_campaign()
    user = make_user(roles=[Role.MARKETER])
    client.force_login(user)
    seen = campaign.updated_at.isoformat()
    with acting(user):
        drafting.write_content(campaign=campaign, text="Hello", link_url="https://example.com/new")
    told = text(keep(client, campaign, "Hello", seen=seen, **{"message-link_url": "https://example.com/old"}))
    assert "in another window." in told
    assert campaign.version.links.get(name="link").url == "https://example.com/new"


def test_what_another_saved_is_a_conflict_whatever_got_no_answer(marketer: Client) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    with acting(make_user()):
        drafting.write_content(campaign=campaign, text="Theirs")
    overtaken = keep(marketer, campaign, "Mine", seen=seen, unanswered="Theirs")
    assert "changed this campaign" in text(overtaken)
    assert Content.objects.get().text == "Theirs"


def test_my_own_other_window_is_told_as_mine(client: Client) -> None:
    campaign = make_campaign()
    client.force_login(make_user(roles=[Role.MARKETER]))
    seen = campaign.updated_at.isoformat()
    keep(client, campaign, "In one window", seen=seen)
    assert "in another window." in text(keep(client, campaign, "In another", seen=seen))


@pytest.mark.parametrize("seen", ["2026-13-45T99:00:00", "yesterday", ""])
def test_a_page_that_tells_nothing_sensible_of_itself_is_no_error(marketer: Client, seen: str) -> None:
    campaign = make_campaign()
    assert keep(marketer, campaign, "Mine", seen=seen).status_code == 200
    assert Content.objects.get().text == "Mine"


def test_a_draft_that_was_launched_meanwhile_leads_to_its_own_page(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert keep(marketer, campaign, "Late").headers["HX-Redirect"] == page("campaign_review", campaign)
    assert Content.objects.get().text != "Late"
