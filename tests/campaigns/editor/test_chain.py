"""The chain in the editor: steps, their conditions and timeouts, and the routes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import resolve

from campaigns import drafting
from campaigns.models import Campaign, Condition, Contact, Route
from campaigns.views.editing import find_route
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, fresh, page, refusal, text, the_step
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_price, make_segment, make_sender

pytestmark = pytest.mark.django_db


def test_the_editor_shows_the_chain_as_sentences(marketer: Client, olena: Contact) -> None:
    sender = make_sender(name="SHOP")
    make_price(account=sender.account, channel=Channel.SMS, amount="0.031")
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    shown = text(marketer.get(page("campaign_editor", campaign)))
    assert "1. SMS from SHOP Stops here if they follow the link" in shown
    assert "wait up to 2 hours , then it ends as not reached" in shown
    assert "$0.031" in shown
    assert "What Олена sees" in shown


def test_a_saved_card_comes_back_alone_with_what_it_changes_elsewhere(marketer: Client) -> None:
    campaign = make_campaign()
    wait = {f"step-{the_step(campaign).pk}-number": 3, f"step-{the_step(campaign).pk}-unit": 86400}
    response = marketer.post(page("timeout_save", campaign, the_step(campaign).pk), wait, headers=HTMX)
    shown = response.content.decode()
    assert the_step(campaign).timeout == timedelta(days=3)
    assert "<html" not in shown
    assert 'id="chain"' in shown
    assert f'name="seen_now" value="{fresh(campaign).updated_at.isoformat()}"' in shown
    assert response.headers["HX-Trigger"] == '{"draft-changed": {}}'


def test_without_javascript_a_saved_card_leads_back_to_the_page(marketer: Client) -> None:
    campaign = make_campaign()
    step = the_step(campaign)
    answers = {f"step-{step.pk}-number": 3, f"step-{step.pk}-unit": 3600, f"step-{step.pk}-is_waking_time": "on"}
    response = marketer.post(page("timeout_save", campaign, step.pk), answers)
    assert response.headers["Location"] == f"{page('campaign_editor', campaign)}?route={step.route_id}#chain"
    assert the_step(campaign).is_waking_time


@pytest.mark.parametrize(
    ("number", "unit", "sentence"),
    [
        ("0", 60, "A step has to wait for at least 30 seconds."),
        ("-5", 60, "A step has to wait for at least 30 seconds."),
        ("91", 86400, "A step can wait for no more than 90 days."),
        ("9999999", 86400, "A step can wait for no more than 90 days."),
        ("soon", 60, "Enter a whole number."),
    ],
)
def test_a_wait_that_cannot_work_is_told_at_its_field(marketer: Client, number: str, unit: int, sentence: str) -> None:
    campaign = make_campaign()
    step = the_step(campaign)
    answers = {f"step-{step.pk}-number": number, f"step-{step.pk}-unit": unit}
    response = refusal(marketer, page("timeout_save", campaign, step.pk), answers)
    assert sentence in text(response)
    assert f'value="{number}"' in response.content.decode()
    assert the_step(campaign).timeout == timedelta(hours=2)


def test_a_condition_the_channel_never_reports_is_told_at_its_field(marketer: Client) -> None:
    campaign = make_campaign()
    step = the_step(campaign)
    answers = {f"step-{step.pk}-sender": step.sender_id, f"step-{step.pk}-condition": "opened"}
    told = text(refusal(marketer, page("step_save", campaign, step.pk), answers))
    assert "does not tell whether a message was opened. Nearest to it: stop if they follow the link." in told
    assert the_step(campaign).condition == Condition.CLICKED


def test_a_step_gets_another_sender_and_condition(marketer: Client) -> None:
    campaign = make_campaign()
    step, other = the_step(campaign), make_sender()
    answers = {f"step-{step.pk}-sender": other.pk, f"step-{step.pk}-condition": "goal"}
    assert marketer.post(page("step_save", campaign, step.pk), answers, headers=HTMX).status_code == 200
    assert (the_step(campaign).sender, the_step(campaign).condition) == (other, Condition.GOAL)


def test_a_sender_of_another_channel_is_not_taken(marketer: Client) -> None:
    campaign = make_campaign()
    step, other = the_step(campaign), make_sender(channel=Channel.VIBER)
    answers = {f"step-{step.pk}-sender": other.pk, f"step-{step.pk}-condition": "clicked"}
    refusal(marketer, page("step_save", campaign, step.pk), answers)
    assert the_step(campaign).sender == step.sender


def test_a_step_goes_on_offering_its_own_sender_when_that_is_switched_off(marketer: Client) -> None:
    own, other = make_sender(name="Old name", is_active=False), make_sender(name="New name")
    make_sender(name="Viber name", channel=Channel.VIBER)
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=own)])])
    shown = marketer.get(page("campaign_editor", campaign)).content.decode()
    assert f'<option value="{own.pk}" selected>' in shown
    assert f'<option value="{other.pk}">' in shown
    assert "Viber name" not in shown


def test_steps_are_added_moved_ordered_and_removed(marketer: Client) -> None:
    for channel, amount in ((Channel.SMS, "0.03"), (Channel.VIBER, "0.04")):
        account = make_account()
        make_price(account=account, channel=channel, amount=amount)
        make_sender(channel=channel, account=account)
    campaign = make_campaign(routes=[RoutePlan(steps=[])])
    route = Route.objects.get()

    def chain() -> list[str]:
        return list(route.steps.values_list("channel", flat=True))

    for added in ("viber", "sms"):
        marketer.post(page("step_add", campaign, route.pk), {"channel": added}, headers=HTMX)
    assert chain() == ["sms", "viber"]
    marketer.post(page("step_up", campaign, route.steps.get(channel="viber").pk), headers=HTMX)
    assert chain() == ["viber", "sms"]
    marketer.post(page("steps_order", campaign, route.pk), headers=HTMX)
    assert chain() == ["sms", "viber"]
    marketer.post(page("step_down", campaign, route.steps.get(channel="sms").pk), headers=HTMX)
    assert chain() == ["viber", "sms"]
    marketer.post(page("step_remove", campaign, route.steps.get(channel="viber").pk), headers=HTMX)
    assert chain() == ["sms"]


def test_a_route_for_a_segment_is_added_opened_and_removed(marketer: Client) -> None:
    campaign, young = make_campaign(), make_segment(name="18 to 25")
    answers = {"route-segment": young.pk, "route-is_copy": "on"}
    response = marketer.post(page("route_add", campaign), answers, headers=HTMX)
    route = Route.objects.get(segment=young)
    assert f'name="at_route" value="{route.pk}"' in response.content.decode()
    assert route.steps.count() == 1
    marketer.post(page("route_remove", campaign, route.pk), headers=HTMX)
    assert not Route.objects.filter(segment=young).exists()


def test_routes_are_tried_in_another_order(marketer: Client) -> None:
    campaign = make_campaign()
    routes = [drafting.add_route(campaign=campaign, segment=make_segment()) for _ in range(2)]
    marketer.post(page("route_down", campaign, routes[0].pk), headers=HTMX)
    assert [_position(route) for route in routes] == [1, 0]
    marketer.post(page("route_up", campaign, routes[0].pk), headers=HTMX)
    assert [_position(route) for route in routes] == [0, 1]


def _position(route: Route) -> int:
    return Route.objects.get(pk=route.pk).position


@pytest.mark.parametrize(("name", "answers"), [("route_up", {}), ("step_add", {"channel": "sms"}), ("steps_order", {})])
def test_a_route_that_somebody_removes_at_the_same_moment_is_told_as_gone(
    marketer: Client, monkeypatch: pytest.MonkeyPatch, name: str, answers: dict[str, str]
) -> None:
    campaign = make_campaign(routes=[RoutePlan(segment=make_segment(name="18 to 25")), RoutePlan()])
    route = Route.objects.get(segment__name="18 to 25")

    def removed_by_another(lost: Campaign, pk: int) -> Route:
        found = find_route(lost, pk)
        drafting.remove_route(campaign=lost, route=found)
        return found

    view = resolve(page(name, campaign, route.pk)).func
    monkeypatch.setattr(f"{view.__module__}.find_route", removed_by_another)
    response = marketer.post(page(name, campaign, route.pk), answers, headers=HTMX)
    assert response.status_code == 200
    assert "This route was removed meanwhile" in response.headers["HX-Trigger"]
    assert f'id="route-{route.pk}"' not in response.content.decode()


def test_a_step_of_another_campaign_is_not_touched(marketer: Client) -> None:
    campaign, other = make_campaign(), make_campaign()
    assert marketer.post(page("step_remove", campaign, the_step(other).pk), headers=HTMX).status_code == 404
    assert the_step(other).pk
