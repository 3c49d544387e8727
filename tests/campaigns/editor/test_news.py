"""An idle editor hears that somebody else has changed the draft."""

from typing import Any

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.drafting.opening import acting
from campaigns.models import Campaign, User
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from tests.campaigns.editor.pages import HTMX, fresh, page, text
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


def ask(browser: Client, campaign: Campaign, **told: str) -> Any:
    """What the page asks every few seconds."""
    return browser.get(page("campaign_news", campaign), told, headers=HTMX)


def change(campaign: Campaign, by: User) -> str:
    """Somebody else's change; gives when it was made."""
    with acting(by):
        drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    return fresh(campaign).updated_at.isoformat()


def test_nothing_is_said_while_nothing_has_changed(marketer: Client) -> None:
    campaign = make_campaign()
    assert ask(marketer, campaign, seen_now=fresh(campaign).updated_at.isoformat()).status_code == 204


def test_who_changed_the_draft_is_named_once_with_the_way_to_it(marketer: Client) -> None:
    campaign = make_campaign()
    seen = fresh(campaign).updated_at.isoformat()
    changed_at = change(campaign, make_user(first_name="Olena", last_name="Koval"))
    told = ask(marketer, campaign, seen_now=seen, at_text="sms", at_route="nonsense")
    assert "Olena Koval changed this campaign. This page still shows it as it was." in text(told)
    assert f"{page('campaign_editor', campaign)}?text=sms" in told.content.decode()
    assert ask(marketer, campaign, seen_now=seen, told=changed_at).status_code == 204


def test_what_the_page_has_seen_after_all_is_taken_back(marketer: Client) -> None:
    campaign = make_campaign()
    changed_at = change(campaign, make_user())
    answer = ask(marketer, campaign, seen_now=changed_at, told=changed_at)
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_ones_own_other_window_is_called_so(client: Client) -> None:
    marketer = make_user(roles=[Role.MARKETER])
    client.force_login(marketer)
    campaign = make_campaign()
    change(campaign, marketer)
    assert "You changed this campaign at" in text(ask(client, campaign, seen_now="2000-01-01T00:00:00+00:00"))


def test_a_launch_is_told_as_one(marketer: Client) -> None:
    campaign = make_campaign(name="Autumn", status=CampaignStatus.RUNNING)
    assert "“Autumn” was launched, so this can no longer be changed." in text(ask(marketer, campaign, seen_now="x"))


def test_only_whoever_makes_campaigns_asks(client: Client) -> None:
    campaign = make_campaign()
    client.force_login(make_user(roles=[Role.MANAGER]))
    assert ask(client, campaign).status_code == 403


def test_asking_costs_little_whatever_the_draft_is(marketer: Client, django_assert_max_num_queries: Any) -> None:
    campaign = make_campaign()
    seen = fresh(campaign).updated_at.isoformat()
    # Session, user, permissions (two), the campaign.
    with django_assert_max_num_queries(5):
        ask(marketer, campaign, seen_now=seen)
