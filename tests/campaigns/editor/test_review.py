"""The review, and the launch from it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns import drafting
from campaigns.audience import segmenting
from campaigns.audience.rules import parse
from campaigns.engine import clock
from campaigns.engine.launch import enrol_audience, launch, start_scheduled
from campaigns.models import Campaign, Condition, Contact, Enrolment, Segment
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.campaigns.editor.pages import fresh, page, text, the_step
from tests.factories import (
    RoutePlan,
    StepPlan,
    ago,
    make_campaign,
    make_contact,
    make_price,
    make_segment,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_the_review_says_who_how_what_and_how_much(marketer: Client, olena: Contact) -> None:
    sender = make_sender(name="SHOP")
    make_price(account=sender.account, channel=Channel.SMS, amount="0.031")
    steps = [StepPlan(sender=sender), StepPlan(sender=sender, condition=Condition.GOAL)]
    address = page("campaign_review", make_campaign(routes=[RoutePlan(steps=steps)]))
    shown = text(marketer.get(f"{address}?people=1"))
    for words in (
        "Everyone Marketing · 1 person",
        "SMS from SHOP. If the link is not followed within 2 hours: SMS from SHOP.",
        "If the goal is not reached within 2 hours: it ends as not reached.",
        "Hello Олена, look:",
        "1 part, ",
        "At least $0.031 if everybody acts at the first step that reaches them, at most $0.062 if nobody acts",
        "Starts as soon as it is launched",
        "Launch to 1 person",
    ):
        assert words in shown


def test_what_forbids_the_launch_stands_on_the_review_with_the_way_to_its_field(
    marketer: Client, olena: Contact
) -> None:
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(has_sender=False)])])
    shown = marketer.get(page("campaign_review", campaign)).content.decode()
    step = the_step(campaign)
    assert f"{page('campaign_editor', campaign)}?route={step.route_id}#problems-step-{step.pk}-sender" in shown
    assert "Step 1, SMS:" in shown
    assert "Launch to" not in shown


def test_a_launch_that_cannot_work_launches_nothing(marketer: Client) -> None:
    campaign = make_campaign()
    response = marketer.post(page("campaign_launch", campaign))
    assert response.status_code == 422
    assert "There are no contacts yet." in text(response)
    assert fresh(campaign).status == CampaignStatus.DRAFT


def test_a_draft_that_changed_after_the_review_is_reviewed_again(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign()
    seen = campaign.updated_at.isoformat()
    drafting.write_content(campaign=campaign, text="Other words")
    response = marketer.post(page("campaign_launch", campaign), {"seen": seen})
    assert response.status_code == 409
    assert "in another window" in text(response)
    assert fresh(campaign).status == CampaignStatus.DRAFT


def test_what_is_launched_is_what_was_reviewed_whoever_was_quicker(olena: Contact) -> None:
    campaign = make_campaign()
    reviewed = fresh(campaign)
    drafting.write_content(campaign=campaign, text="Other words")
    with pytest.raises(drafting.ChangedMeanwhile):
        launch(campaign=reviewed, actor=None, seen=reviewed.updated_at)
    assert fresh(campaign).status == CampaignStatus.DRAFT


def test_my_own_change_in_another_window_is_told_as_mine(client: Client, olena: Contact) -> None:
    user, campaign = make_user(roles=[Role.MARKETER]), make_campaign()
    seen = campaign.updated_at.isoformat()
    with drafting.acting(user):
        drafting.write_content(campaign=campaign, text="Other words")
    client.force_login(user)
    assert "You changed this campaign" in text(client.post(page("campaign_launch", campaign), {"seen": seen}))


def launch_as_reviewed(browser: Client, campaign: Campaign, shown: str) -> Any:
    """Press the button of the review that says `shown`, whatever has happened since."""
    told = {name: re.findall(rf'name="{name}" value="([^"]+)"', shown) for name in ("seen", "seen_rule")}
    return browser.post(page("campaign_launch", campaign), told)


def change_rule(segment: Segment) -> None:
    """Let the segment select others from now on."""
    rule = parse({"op": "all", "rules": [{"field": "language", "is": "in", "value": ["uk"]}]})
    segmenting.save_segment(segment=segment, rule=rule, by=make_user())


def archive(segment: Segment) -> None:
    """Offer the segment no more."""
    segmenting.archive_segment(segment=segment, by=make_user())


@pytest.mark.parametrize("change", [change_rule, archive])
@pytest.mark.parametrize("name", ["Everybody in town", "18 to 25"])
def test_a_segment_that_changed_after_the_review_is_reviewed_again(
    marketer: Client, olena: Contact, name: str, change: Callable[[Segment], None]
) -> None:
    segments = {name: make_segment(name=name) for name in ("Everybody in town", "18 to 25")}
    routes = [RoutePlan(segment=segments["18 to 25"]), RoutePlan()]
    campaign = make_campaign(segment=segments["Everybody in town"], routes=routes)
    reviewed = marketer.get(page("campaign_review", campaign)).content.decode()
    change(segments[name])
    response = launch_as_reviewed(marketer, campaign, reviewed)
    assert response.status_code == 409
    assert f"The segment “{name}” was changed after you opened this review" in text(response)
    assert fresh(campaign).status == CampaignStatus.DRAFT
    assert not Enrolment.objects.exists()
    again = launch_as_reviewed(marketer, campaign, response.content.decode())
    # An archived segment forbids the launch, which the review says then.
    assert again.status_code == (302 if change is change_rule and name == "18 to 25" else 422)


def test_a_segment_with_another_name_or_of_another_campaign_keeps_nobody_from_launching(
    marketer: Client, olena: Contact
) -> None:
    segment, other = make_segment(), make_segment()
    campaign = make_campaign(segment=segment)
    reviewed = marketer.get(page("campaign_review", campaign)).content.decode()
    change_rule(other)
    segment.name = "Another name"
    segment.save()
    assert launch_as_reviewed(marketer, campaign, reviewed)["Location"] == page("campaign_watch", campaign)
    assert fresh(campaign).status == CampaignStatus.RUNNING


def test_a_scheduled_campaign_keeps_the_rules_of_its_launch_and_finds_its_people_at_the_start(olena: Contact) -> None:
    segment = make_segment()
    campaign = make_campaign(segment=segment, starts_at=ago(days=-1))
    launch(campaign=campaign, actor=None)
    change_rule(segment)
    newcomer = make_contact(phone="+380501112244")
    Campaign.objects.update(starts_at=ago(minutes=1))
    start_scheduled(clock.now())
    enrol_audience(campaign.pk)
    assert set(Enrolment.objects.values_list("contact", flat=True)) == {olena.pk, newcomer.pk}


def test_a_second_launch_leads_to_the_campaign(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign()
    seen = fresh(campaign).updated_at.isoformat()
    for _ in range(2):
        response = marketer.post(page("campaign_launch", campaign), {"seen": seen})
        assert (response.status_code, response["Location"]) == (302, page("campaign_watch", campaign))


def test_a_launch_starts_the_campaign_and_shows_it(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign(name="Autumn")
    seen = fresh(campaign).updated_at.isoformat()
    response = marketer.post(page("campaign_launch", campaign), {"seen": seen}, follow=True)
    assert fresh(campaign).status == CampaignStatus.RUNNING
    assert "“Autumn” is launched." in text(response)


def test_a_later_start_is_scheduled(marketer: Client, olena: Contact) -> None:
    campaign = make_campaign(starts_at=ago(days=-1))
    assert "Schedule for 1 person" in text(marketer.get(page("campaign_review", campaign)))
    marketer.post(page("campaign_launch", campaign))
    assert fresh(campaign).status == CampaignStatus.SCHEDULED
