"""Drafts as a whole: new, copied, deleted, archived."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from tests.campaigns.editor.pages import HTMX, fresh, page, text
from tests.factories import make_campaign, make_segment

pytestmark = pytest.mark.django_db


def test_a_new_campaign_opens_in_the_editor(marketer: Client) -> None:
    segment = make_segment()
    answers = {"name": "Autumn", "kind": "once", "purpose": "marketing", "segment": segment.pk}
    response = marketer.post(reverse("campaign_create"), answers)
    campaign = Campaign.objects.get()
    assert response.headers["Location"] == page("campaign_editor", campaign)
    assert (campaign.segment, campaign.created_by) == (segment, response.wsgi_request.user)


def test_a_campaign_without_a_name_is_refused_and_keeps_what_was_chosen(marketer: Client) -> None:
    response = marketer.post(reverse("campaign_create"), {"kind": "api", "purpose": "transactional"})
    assert response.status_code == 422
    assert re.search(r'value="api"[^>]* checked', response.content.decode())
    assert not Campaign.objects.exists()


def test_a_campaign_for_the_api_forgets_the_audience(marketer: Client) -> None:
    answers = {"name": "Cart", "kind": "api", "purpose": "marketing", "segment": make_segment().pk}
    marketer.post(reverse("campaign_create"), answers)
    assert Campaign.objects.get().segment is None


def test_a_copy_is_asked_for_a_name_and_opened(marketer: Client) -> None:
    campaign = make_campaign(name="Autumn", status=CampaignStatus.FINISHED)
    assert 'value="Autumn, copy"' in marketer.get(page("campaign_copy", campaign)).content.decode()
    marketer.post(page("campaign_copy", campaign), {"name": "Autumn again"})
    assert Campaign.objects.get(name="Autumn again").status == CampaignStatus.DRAFT


def test_deleting_asks_first(marketer: Client) -> None:
    campaign = make_campaign()
    assert marketer.get(page("campaign_delete", campaign)).status_code == 200
    assert Campaign.objects.exists()
    marketer.post(page("campaign_delete", campaign))
    assert not Campaign.objects.exists()


def test_what_was_launched_cannot_be_deleted_and_its_own_page_says_so(marketer: Client) -> None:
    campaign = make_campaign(name="Autumn", status=CampaignStatus.RUNNING)
    address = page("campaign_delete", campaign)
    for answer in (marketer.get(address, follow=True), marketer.post(address, follow=True)):
        assert answer.redirect_chain == [(page("campaign_watch", campaign), 302)]
        assert "“Autumn” was launched, so it cannot be deleted." in text(answer)
    assert marketer.get(address, headers=HTMX).headers["HX-Redirect"] == page("campaign_watch", campaign)
    assert fresh(campaign).status == CampaignStatus.RUNNING


def test_only_a_campaign_that_is_over_is_archived(marketer: Client) -> None:
    running, finished = make_campaign(status=CampaignStatus.RUNNING), make_campaign(status=CampaignStatus.FINISHED)
    for request in (marketer.get, marketer.post):
        assert "not over yet" in text(request(page("campaign_archive", running), follow=True))
    marketer.post(page("campaign_archive", finished))
    assert [row.archived_at is not None for row in (fresh(running), fresh(finished))] == [False, True]
