"""The chain in the editor: steps dragged, duplicated, removed and put back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import drafting
from campaigns.drafting.opening import version_of
from campaigns.models import Campaign, Route, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from campaigns.removed_steps import KEPT_FOR
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, page, text, the_step, undone
from tests.factories import RoutePlan, StepPlan, make_campaign, make_segment, make_sender, make_user

pytestmark = pytest.mark.django_db

# Of the whole editor, without the counting of people, which is asked for afterwards.
MOST_QUERIES = 40


def draft(*channels: Channel) -> tuple[Campaign, Route]:
    """A draft with a step on each of `channels`, and its only route."""
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=channel) for channel in channels])])
    return campaign, Route.objects.get(version=campaign.version_id)


def chain(route: Route) -> list[str]:
    """The channels of `route` in their order."""
    return list(route.steps.values_list("channel", flat=True))


def step_on(channel: Channel) -> Step:
    """The only step on `channel`."""
    return Step.objects.get(channel=channel)


def step_seen(campaign: Campaign) -> str:
    """When the campaign has changed last."""
    return Campaign.objects.get(pk=campaign.pk).updated_at.isoformat()


def title_of(pk: int) -> str:
    """How the step is called."""
    step = Step.objects.get(pk=pk)
    assert step.sender is not None
    return f"{step.get_channel_display()} from {step.sender.name}"


def test_a_drop_posts_the_order_and_is_told_aloud(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    sms, viber, voice = route.steps.values_list("pk", flat=True)
    answers = {"step": [voice, sms, viber], "dragged": voice}
    response = marketer.post(page("steps_arrange", campaign, route.pk), answers, headers=HTMX)
    assert chain(route) == ["voice", "sms", "viber"]
    assert f"{title_of(voice)} is now step 1 of 3." in text(response)


@pytest.mark.parametrize("order", [["nonsense"], ["1", "2"], ["²"], [], ["99999999999999999999999"]])
def test_an_order_of_other_steps_is_told_and_changes_nothing(marketer: Client, order: list[str]) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER)
    response = marketer.post(page("steps_arrange", campaign, route.pk), {"step": order}, headers=HTMX)
    assert "no longer the steps of this route" in response.headers["HX-Trigger"]
    assert 'data-fills="chain-said"' not in response.content.decode()
    assert chain(route) == ["sms", "viber"]


def test_a_drop_on_an_old_page_is_told_and_shows_what_there_is(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER)
    seen = campaign.updated_at.isoformat()
    order = list(reversed(route.steps.values_list("pk", flat=True)))
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    answers = {"step": order, "seen_now": seen}
    response = marketer.post(page("steps_arrange", campaign, route.pk), answers, headers=HTMX)
    assert "in another window or by somebody else" in response.headers["HX-Trigger"]
    assert chain(route) == ["sms", "viber"]


def test_a_route_of_another_campaign_is_not_touched(marketer: Client) -> None:
    campaign, _ours = draft(Channel.SMS)
    _other, theirs = draft(Channel.VIBER, Channel.VOICE)
    order = list(reversed(theirs.steps.values_list("pk", flat=True)))
    assert marketer.post(page("steps_arrange", campaign, theirs.pk), {"step": order}).status_code == 404
    assert marketer.post(page("recipe_follow", campaign, theirs.pk), {"recipe": "sms-viber"}).status_code == 404
    assert chain(theirs) == ["viber", "voice"]


@pytest.mark.parametrize("name", ["steps_arrange", "recipe_follow", "step_copy"])
def test_a_campaign_that_was_launched_meanwhile_leads_to_its_own_page(marketer: Client, name: str) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    step = the_step(campaign)
    owner = step.pk if name == "step_copy" else step.route_id
    answers = {"step": [step.pk], "recipe": "sms-viber", "replacing": 1}
    response = marketer.post(page(name, campaign, owner), answers, headers=HTMX)
    assert response.headers["HX-Redirect"] == page("campaign_review", campaign)


def test_nothing_is_put_back_into_a_campaign_that_was_launched_meanwhile(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS)
    step = route.steps.get()
    marketer.post(page("step_remove", campaign, step.pk), headers=HTMX)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.RUNNING)
    response = marketer.post(page("step_restore", campaign), undone(step), headers=HTMX)
    assert response.headers["HX-Redirect"] == page("campaign_review", campaign)
    assert chain(route) == []


def test_a_twin_is_shown_after_its_step(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER)
    response = marketer.post(page("step_copy", campaign, step_on(Channel.SMS).pk), headers=HTMX)
    assert chain(route) == ["sms", "sms", "viber"]
    assert "was added as step 2 of 3." in text(response)


def test_a_removed_step_can_be_put_back_after_a_reload(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER)
    step = step_on(Channel.SMS)
    response = marketer.post(page("step_remove", campaign, step.pk), headers=HTMX)
    assert "was removed. You can undo this." in text(response)
    reloaded = marketer.get(page("campaign_editor", campaign))
    assert "was removed. Undo" in text(reloaded)
    # Other changes meanwhile do not take it away.
    drafting.set_link(campaign=campaign, url="https://shop.example.com/other")
    response = marketer.post(page("step_restore", campaign), undone(step), headers=HTMX)
    assert "is back as step 1 of 2." in text(response)
    assert chain(route) == ["sms", "viber"]
    assert "was removed. Undo" not in text(marketer.get(page("campaign_editor", campaign)))


def test_removed_steps_are_put_back_one_after_the_other(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    steps = list(route.steps.all())
    for step in steps[:2]:
        marketer.post(page("step_remove", campaign, step.pk), headers=HTMX)
    for step in reversed(steps[:2]):
        assert f'name="key" value="{step.key}"' in marketer.get(page("campaign_editor", campaign)).content.decode()
        marketer.post(page("step_restore", campaign), undone(step), headers=HTMX)
    assert chain(route) == ["sms", "viber", "voice"]


def test_a_removed_step_is_offered_in_its_route_only(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS)
    other = drafting.add_route(campaign=campaign, segment=make_segment())
    marketer.post(page("step_remove", campaign, route.steps.get().pk), headers=HTMX)
    address = page("campaign_editor", campaign)
    assert "was removed" in text(marketer.get(address, {"route": route.pk}))
    assert "was removed" not in text(marketer.get(address, {"route": other.pk}))


def test_a_step_is_put_back_into_its_own_route_where_a_copy_lost_the_same(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS, Channel.VIBER)
    copied = drafting.copy(campaign=campaign, name="Copy", actor=None)
    other = drafting.add_route(campaign=campaign, segment=make_segment())
    steps = [each.steps.get(channel=Channel.SMS) for each in (route, other, version_of(copied).routes.get())]
    for owner, step in zip((campaign, campaign, copied), steps, strict=True):
        marketer.post(page("step_remove", owner, step.pk), headers=HTMX)
    for step in steps[:2]:
        marketer.post(page("step_restore", campaign), undone(step), headers=HTMX)
    assert (chain(route), chain(other)) == (["sms", "viber"], ["sms", "viber"])
    assert "was removed. Undo" in text(marketer.get(page("campaign_editor", copied)))


def test_after_an_hour_nothing_is_offered_any_more(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS)
    step = route.steps.get()
    marketer.post(page("step_remove", campaign, step.pk), headers=HTMX)
    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(minutes=1)):
        assert "was removed" not in text(marketer.get(page("campaign_editor", campaign)))
        response = marketer.post(page("step_restore", campaign), undone(step), headers=HTMX)
    assert "can no longer be undone" in response.headers["HX-Trigger"]
    assert chain(route) == []


def test_what_somebody_else_removed_is_not_mine_to_put_back(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS)
    step = route.steps.get()
    marketer.post(page("step_remove", campaign, step.pk), headers=HTMX)
    colleague = Client()
    colleague.force_login(make_user(roles=[Role.MARKETER]))
    assert "was removed" not in text(colleague.get(page("campaign_editor", campaign)))
    response = colleague.post(page("step_restore", campaign), undone(step), headers=HTMX)
    assert "can no longer be undone" in response.headers["HX-Trigger"]


def test_who_was_overtaken_can_undo_after_looking_again(marketer: Client) -> None:
    campaign, route = draft(Channel.SMS)
    step = route.steps.get()
    marketer.post(page("step_remove", campaign, step.pk), headers=HTMX)
    old = {**undone(step), "seen_now": step_seen(campaign)}
    drafting.set_link(campaign=campaign, url="https://shop.example.com/theirs")
    response = marketer.post(page("step_restore", campaign), old, headers=HTMX)
    assert "in another window" in response.headers["HX-Trigger"]
    assert "was removed. Undo" in text(response)
    marketer.post(page("step_restore", campaign), {**old, "seen_now": step_seen(campaign)}, headers=HTMX)
    assert chain(route) == ["sms"]


def test_a_longer_chain_asks_the_database_no_more_often(marketer: Client) -> None:
    sender = make_sender()
    counted = []
    for length in (2, 8):
        steps = [StepPlan(sender=sender) for _ in range(length)]
        campaign = make_campaign(routes=[RoutePlan(steps=steps)])
        with CaptureQueriesContext(connection) as asked:
            assert marketer.get(page("campaign_editor", campaign)).status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]
    assert counted[0] <= MOST_QUERIES
