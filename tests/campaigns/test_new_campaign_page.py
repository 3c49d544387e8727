"""The page of a new campaign: what it proposes, and the recipe that a draft may begin with."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Condition, Link, User
from campaigns.permissions import Permission, Role
from channels.kinds import Channel
from tests.factories import make_segment, make_sender, make_user

pytestmark = pytest.mark.django_db
ANSWERS = {"name": "Autumn", "kind": "once", "purpose": "marketing", "segment": "", "recipe": "", "link_url": ""}


@pytest.fixture
def as_marketer(client: Client) -> Client:
    client.force_login(make_user(roles=[Role.MARKETER]))
    return client


def test_it_proposes_a_name_and_the_segment_it_was_asked_for(as_marketer: Client) -> None:
    segment = make_segment(name="Players")
    page = as_marketer.get(reverse("campaign_create"), {"segment": segment.pk}).text
    assert 'value="Players, ' in page
    assert f'<option value="{segment.pk}" selected>' in page
    for wrong in ("", "x", "99999999"):
        assert as_marketer.get(reverse("campaign_create"), {"segment": wrong}).status_code == 200


@pytest.mark.parametrize(("language", "name"), [("ru", "Кампания от 1 февраля"), ("uk", "Кампанія від 1 лютого")])
def test_the_day_in_the_proposed_name_is_written_out(as_marketer: Client, language: str, name: str) -> None:
    User.objects.update(language=language)
    with time_machine.travel("2026-02-01T12:00Z", tick=False):
        assert f'value="{name}"' in as_marketer.get(reverse("campaign_create")).text


def test_a_recipe_makes_the_steps_which_wait_for_the_link(as_marketer: Client) -> None:
    make_sender(channel=Channel.SMS)
    make_sender(channel=Channel.VIBER)
    told = ANSWERS | {"recipe": "sms-viber", "link_url": "https://shop.example.com/"}
    response = as_marketer.post(reverse("campaign_create"), told)
    campaign = Campaign.objects.get()
    assert response["Location"] == reverse("campaign_editor", args=[campaign.pk])
    steps = list(campaign.version.routes.get().steps.order_by("position"))
    assert [step.channel for step in steps] == [Channel.SMS, Channel.VIBER]
    assert steps[0].condition == Condition.CLICKED
    assert Link.objects.get().url == "https://shop.example.com/"


def test_without_a_recipe_the_chain_is_empty(as_marketer: Client) -> None:
    as_marketer.post(reverse("campaign_create"), ANSWERS)
    assert not Campaign.objects.get().version.routes.get().steps.exists()
    assert not Link.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"recipe": "cheapest-first"}, "No channel has a sender yet"),
        ({"recipe": "young"}, "Select a valid choice"),
        ({"link_url": "javascript:alert(1)"}, "invalid-feedback"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_made(as_marketer: Client, wrong: dict[str, str], sentence: str) -> None:
    response = as_marketer.post(reverse("campaign_create"), ANSWERS | wrong)
    assert response.status_code == 422
    assert sentence in response.text
    assert wrong.get("name", "Autumn") in response.text
    assert not Campaign.objects.exists()


def test_who_may_not_make_campaigns_is_refused(client: Client) -> None:
    client.force_login(make_user(permissions=[Permission.VIEW_REPORTS]))
    assert client.post(reverse("campaign_create"), ANSWERS).status_code == 403


def test_a_segment_begins_with_those_who_can_be_reached(as_marketer: Client) -> None:
    page = as_marketer.get(f"{reverse('segment_create')}?reachable=sms&reachable=viber&reachable=moon").text
    assert 'value="Can be reached by SMS, Viber"' in page
