"""Recipes, the hint and the ways out in the editor's chain."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Condition, Route, Segment
from campaigns.permissions import Permission, Role
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, page, text, the_step
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_sender, make_user

pytestmark = pytest.mark.django_db


def draft(*channels: Channel, has_sender: bool = True) -> tuple[Campaign, Route]:
    """A draft with a step on each of `channels`, and its only route."""
    steps = [StepPlan(channel=channel, has_sender=has_sender) for channel in channels]
    campaign = make_campaign(routes=[RoutePlan(steps=steps)])
    return campaign, Route.objects.get(version=campaign.version_id)


def chain(route: Route) -> list[str]:
    """The channels of `route` in their order."""
    return list(route.steps.values_list("channel", flat=True))


def test_an_empty_route_is_filled_at_once(marketer: Client) -> None:
    campaign, route = draft()
    response = marketer.post(page("recipe_follow", campaign, route.pk), {"recipe": "sms-viber"}, headers=HTMX)
    assert chain(route) == ["sms", "viber"]
    assert "“SMS + Viber” made 2 steps." in text(response)


def test_steps_are_replaced_after_a_question_that_says_how_many(marketer: Client) -> None:
    make_sender(channel=Channel.SMS, name="SHOP")
    campaign, route = draft(Channel.EMAIL, Channel.VOICE)
    asked = marketer.get(
        page("campaign_editor", campaign), {"recipe": "sms-viber"}, headers=HTMX | {"HX-Target": "chain"}
    )
    said = text(asked)
    assert "“SMS + Viber” replaces the 2 steps of this route." in said
    assert "SMS from SHOP · Stops here if they follow the link · waits up to 4 hours of waking time" in said
    assert "Replace 2 steps" in said
    assert chain(route) == ["email", "voice"]
    answers = {"recipe": "sms-viber", "replacing": 2}
    marketer.post(page("recipe_follow", campaign, route.pk), answers, headers=HTMX)
    assert chain(route) == ["sms", "viber"]


def test_what_was_removed_before_a_recipe_is_not_put_into_its_chain(marketer: Client) -> None:
    campaign, route = draft(Channel.EMAIL)
    marketer.post(page("step_remove", campaign, route.steps.get().pk), headers=HTMX)
    marketer.post(page("recipe_follow", campaign, route.pk), {"recipe": "sms-viber"}, headers=HTMX)
    assert "was removed" not in text(marketer.get(page("campaign_editor", campaign)))


@pytest.mark.parametrize("replacing", ["", "1", "many", "-2"])
def test_nothing_is_replaced_unasked(marketer: Client, replacing: str) -> None:
    campaign, route = draft(Channel.EMAIL, Channel.VOICE)
    answers = {"recipe": "sms-viber", "replacing": replacing}
    response = marketer.post(page("recipe_follow", campaign, route.pk), answers, headers=HTMX)
    assert "The route has 2 steps by now. Choose the recipe again." in response.headers["HX-Trigger"]
    assert chain(route) == ["email", "voice"]


def test_a_recipe_that_nobody_wrote_is_not_found(marketer: Client) -> None:
    campaign, route = draft()
    assert marketer.post(page("recipe_follow", campaign, route.pk), {"recipe": "soup"}).status_code == 404
    assert marketer.get(page("campaign_editor", campaign), {"recipe": "soup"}).status_code == 200


def test_a_recipe_says_which_channel_has_no_sender(marketer: Client) -> None:
    make_sender(channel=Channel.SMS)
    shown = text(marketer.get(page("campaign_editor", draft()[0])))
    assert "WhatsApp has no sender yet; its step will ask for one." in shown
    assert "SMS has no sender yet" not in shown


def test_without_any_sender_there_is_no_cheapest(marketer: Client) -> None:
    shown = marketer.get(page("campaign_editor", draft()[0]))
    assert "No channel has a sender yet." in text(shown)
    assert 'value="cheapest-first"' not in shown.content.decode()


def test_the_route_of_the_young_is_made_and_opened(marketer: Client) -> None:
    make_sender(channel=Channel.TELEGRAM)
    campaign, route = draft(Channel.SMS)
    response = marketer.post(page("recipe_follow", campaign, route.pk), {"recipe": "young"}, headers=HTMX)
    young = Route.objects.get(segment=Segment.objects.get())
    assert f'name="at_route" value="{young.pk}"' in response.content.decode()
    assert chain(young) == ["telegram", "sms"]
    assert chain(route) == ["sms"]


def test_who_may_not_make_segments_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(make_user(permissions=[Permission.MANAGE_CAMPAIGNS, Permission.VIEW_REPORTS]))
    campaign, route = draft()
    response = client.post(page("recipe_follow", campaign, route.pk), {"recipe": "young"}, headers=HTMX)
    assert "Ask somebody who makes segments" in response.headers["HX-Trigger"]
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("channels", "hint"),
    [
        ([], False),
        ([Channel.SMS], True),
        ([Channel.SMS, Channel.SMS, Channel.VIBER], True),
        ([Channel.SMS, Channel.VIBER, Channel.VOICE], False),
    ],
)
def test_a_short_chain_gets_a_hint(marketer: Client, channels: list[Channel], hint: bool) -> None:
    shown = text(marketer.get(page("campaign_editor", draft(*channels)[0])))
    assert ("No channel reaches everybody" in shown) is hint


def test_the_hint_names_what_could_be_added_at_once(marketer: Client) -> None:
    make_sender(channel=Channel.VIBER)
    assert "You could add: Viber." in text(marketer.get(page("campaign_editor", draft(Channel.SMS)[0])))


def test_a_step_that_nobody_can_send_says_whom_to_ask(marketer: Client) -> None:
    make_user(roles=[Role.ADMIN], email="ann@example.com", first_name="Ann", last_name="Admin")
    shown = marketer.get(page("campaign_editor", draft(Channel.VIBER, has_sender=False)[0]))
    assert "No sender on Viber is connected yet. Ask an admin to connect one: Ann Admin" in text(shown)
    assert "mailto:ann@example.com" in shown.content.decode()


def test_a_step_that_nobody_can_send_leads_an_admin_to_where_senders_are_made(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MARKETER, Role.ADMIN]))
    address = page("campaign_editor", draft(Channel.VIBER, has_sender=False)[0])
    assert f'href="{reverse("account_list")}#connect"' in client.get(address).content.decode()
    account = make_account()
    assert f'href="{reverse("sender_new", args=[account.pk])}"' in client.get(address).content.decode()


def test_a_step_without_a_sender_offers_those_there_are(marketer: Client) -> None:
    make_sender(channel=Channel.VIBER, name="Shop on Viber")
    shown = text(marketer.get(page("campaign_editor", draft(Channel.VIBER, has_sender=False)[0])))
    assert "Choose who sends this step." in shown
    assert "Shop on Viber" in shown


def test_a_success_that_nobody_reports_is_mended_by_one_button(marketer: Client) -> None:
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(condition=Condition.OPENED)])])
    step = the_step(campaign)
    shown = marketer.get(page("campaign_editor", campaign)).content.decode()
    assert "Stop if they follow the link" in shown
    name = f"step-{step.pk}"
    assert f'name="{name}-condition" value="clicked"' in shown
    answers = {f"{name}-sender": step.sender_id, f"{name}-condition": "clicked"}
    marketer.post(page("step_save", campaign, step.pk), answers, headers=HTMX)
    assert the_step(campaign).condition == Condition.CLICKED
    assert "Stop if they follow the link" not in marketer.get(page("campaign_editor", campaign)).content.decode()
