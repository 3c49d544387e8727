"""The list of campaigns."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models.campaigns import CampaignStatus
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, text
from tests.factories import RoutePlan, StepPlan, ago, make_campaign

pytestmark = pytest.mark.django_db


def test_the_list_shows_campaigns_with_their_channels(marketer: Client) -> None:
    make_campaign(
        name="Autumn", routes=[RoutePlan(steps=[StepPlan(channel=Channel.VIBER), StepPlan(channel=Channel.SMS)])]
    )
    shown = marketer.get(reverse("campaign_list")).content.decode()
    assert shown.index('title="Viber"') < shown.index('title="SMS"')


def test_the_list_is_searched_and_filtered(marketer: Client) -> None:
    make_campaign(name="Autumn")
    make_campaign(name="Winter", status=CampaignStatus.RUNNING)
    make_campaign(name="Old", status=CampaignStatus.FINISHED, archived_at=ago(days=1))
    address = reverse("campaign_list")
    shown = {
        query: [name in text(marketer.get(address + query)) for name in ("Autumn", "Winter", "Old")]
        for query in ("", "?q=AUT", "?status=running", "?status=archived", "?q=zzz")
    }
    assert shown == {
        "": [True, True, False],
        "?q=AUT": [True, False, False],
        "?status=running": [False, True, False],
        "?status=archived": [False, False, True],
        "?q=zzz": [False, False, False],
    }


def test_the_list_goes_on_after_its_first_page(marketer: Client) -> None:
    for number in range(27):
        make_campaign(name=f"Campaign number {number:02}")
    first = marketer.get(reverse("campaign_list"))
    assert "number 26" in text(first)
    assert "number 01" not in text(first)
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following is not None
    assert "number 01" in text(marketer.get(reverse("campaign_list") + following[1].replace("&amp;", "&")))


def test_figures_of_the_list_are_loaded_apart(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    response = marketer.get(f"{reverse('campaign_figures')}?pk={campaign.pk}&pk=nonsense", headers=HTMX)
    assert f'id="people-{campaign.pk}"' in response.content.decode()
