"""A tracked link, as browsers, mail programs and scanners ask for it."""

from typing import Any

import pytest
from django.test import Client

from campaigns.engine import clock
from campaigns.models import Campaign, CampaignVersion, Hit, Link
from campaigns.models.campaigns import CampaignStatus
from campaigns.signals_policy import TRAP, TWO_LINKS
from channels.kinds import Channel
from tests.campaigns.attempts import make_attempt
from tests.campaigns.tracking.addresses import BROWSER, TARGET, assert_keeps_to_itself, click_path
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def add_link(campaign: Campaign, **fields: Any) -> Link:
    """Another link of the campaign's version, as if it had been there when it was frozen."""
    version = campaign.version
    assert version is not None
    CampaignVersion.objects.filter(pk=version.pk).update(frozen_at=None)
    link = Link.objects.create(version=version, **fields)
    CampaignVersion.objects.filter(pk=version.pk).update(frozen_at=campaign.created_at)
    return link


def test_a_click_is_kept_and_led_on(client: Client) -> None:
    attempt = make_attempt()
    response = client.get(click_path(attempt), headers={"user-agent": BROWSER})
    assert (response.status_code, response["Location"]) == (302, TARGET)
    assert_keeps_to_itself(response)
    hit = Hit.objects.get()
    assert (hit.kind, hit.attempt_id, hit.method, hit.user_agent) == ("click", attempt.pk, "GET", BROWSER)
    assert hit.link is not None
    assert hit.link.url == TARGET
    assert hit.is_machine is None


def test_the_only_link_of_an_sms_is_judged_at_once(client: Client) -> None:
    client.get(click_path(make_attempt()), headers={"user-agent": BROWSER})
    hit = Hit.objects.get()
    assert hit.decide_at == hit.at


def test_one_of_several_links_waits_a_second_for_the_others(client: Client) -> None:
    attempt = make_attempt()
    add_link(attempt.campaign, name="terms", url="https://shop.example.com/terms", position=1)
    response = client.get(click_path(attempt, 1), headers={"user-agent": BROWSER})
    assert response["Location"] == "https://shop.example.com/terms"
    hit = Hit.objects.get()
    assert hit.decide_at - hit.at == TWO_LINKS


def test_a_click_in_a_mail_waits_for_the_hidden_link(client: Client) -> None:
    client.get(click_path(make_attempt(Channel.EMAIL)), headers={"user-agent": BROWSER})
    hit = Hit.objects.get()
    assert hit.decide_at - hit.at == TRAP


def test_a_scanner_needs_no_waiting(client: Client) -> None:
    client.head(click_path(make_attempt(Channel.EMAIL)))
    hit = Hit.objects.get()
    assert (hit.method, hit.decide_at) == ("HEAD", hit.at)


def test_a_hit_has_the_products_time(client: Client, settings: Any) -> None:
    settings.CLOCK_MAY_MOVE = True
    moved_to = clock.now().replace(year=2031)
    clock.run_at(shown_at=moved_to, speed=0)
    client.get(click_path(make_attempt()))
    assert Hit.objects.get().at == moved_to


def test_the_persons_values_are_filled_in_when_they_click(client: Client) -> None:
    attempt = make_attempt(contact={"first_name": "Zoë", "attributes": {"Size": "M&M"}})
    url = "https://shop.example.com/{{ code }}?for={{ first_name }}&size={{ size }}&x={{ none | y z }}"
    add_link(attempt.campaign, name="mine", url=url, position=7)
    response = client.get(click_path(attempt, 7))
    assert response["Location"] == "https://shop.example.com/A%201?for=Zo%C3%AB&size=M%26M&x=y%20z"


def test_a_token_leads_to_its_own_campaigns_links_only(client: Client) -> None:
    attempt = make_attempt()
    other = make_campaign(status=CampaignStatus.RUNNING)
    add_link(other, name="elsewhere", url="https://elsewhere.example", position=5)
    response = client.get(click_path(attempt, 5) + "?url=https://evil.example&next=https://evil.example")
    assert response.status_code == 404


def test_a_link_that_should_never_have_been_made_leads_nowhere(client: Client) -> None:
    attempt = make_attempt()
    add_link(attempt.campaign, name="bad", url="javascript:alert(1)", position=1)
    add_link(attempt.campaign, name="worse", url="https://{{ code }}/", position=2)
    assert [client.get(click_path(attempt, position)).status_code for position in (1, 2)] == [404, 404]
    assert not Hit.objects.exists()


def test_who_may_not_be_tracked_is_led_on_without_a_trace(client: Client) -> None:
    attempt = make_attempt(contact={"is_trackable": False})
    assert client.get(click_path(attempt))["Location"] == TARGET
    assert not Hit.objects.exists()


def test_a_link_at_the_end_of_a_sentence_works(client: Client) -> None:
    assert client.get(click_path(make_attempt()) + ".").status_code == 302


def test_an_endless_agent_with_odd_characters_is_kept_short(client: Client) -> None:
    client.get(click_path(make_attempt()), headers={"user-agent": "x" * 5000})
    assert len(Hit.objects.get().user_agent) == 300


def test_a_link_takes_no_post(client: Client) -> None:
    response = client.post(click_path(make_attempt()))
    assert response.status_code == 405
    assert not Hit.objects.exists()
