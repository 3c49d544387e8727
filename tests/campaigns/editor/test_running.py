"""What can still be done to a campaign that was launched."""

from decimal import Decimal

import pytest
from django.test import Client

from campaigns.models import AuditEntry, Priority, User
from campaigns.models.campaigns import CampaignStatus
from tests.campaigns.editor.pages import fresh, page, text, the_step
from tests.factories import make_campaign, make_enrolment, make_sender

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("campaign_pause", CampaignStatus.RUNNING, CampaignStatus.PAUSED),
        ("campaign_resume", CampaignStatus.PAUSED, CampaignStatus.RUNNING),
        ("campaign_cancel", CampaignStatus.RUNNING, CampaignStatus.CANCELLED),
        ("campaign_cancel", CampaignStatus.SCHEDULED, CampaignStatus.CANCELLED),
    ],
)
def test_each_says_how_many_people_it_touches_and_then_does_it(
    marketer: Client, name: str, before: CampaignStatus, after: CampaignStatus
) -> None:
    campaign = make_campaign(status=before)
    assert "Nobody is inside" in text(marketer.get(page(name, campaign)))
    assert fresh(campaign).status == before
    marketer.post(page(name, campaign))
    assert fresh(campaign).status == after


def test_cancelling_counts_everybody_inside(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for _ in range(2):
        make_enrolment(campaign=campaign)
    assert "2 people leave the chain" in text(marketer.get(page("campaign_cancel", campaign)))


@pytest.mark.parametrize("name", ["campaign_pause", "campaign_resume", "campaign_cancel"])
def test_what_is_no_longer_possible_is_told_and_not_asked(marketer: Client, name: str) -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    for request in (marketer.get, marketer.post):
        assert "no longer possible" in text(request(page(name, campaign), follow=True))


def test_a_dialog_about_what_is_no_longer_possible_gives_way_to_the_campaign(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    response = marketer.get(page("campaign_pause", campaign), headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert response.headers["HX-Redirect"] == page("campaign_watch", campaign)


RUNNING = {"limits-cap_days": 7, "limits-on_cap": "end", "limits-priority": 3}


def test_limits_of_a_running_campaign_are_changed_and_audited(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert marketer.get(page("campaign_limits", campaign)).status_code == 200
    marketer.post(page("campaign_limits", campaign), {**RUNNING, "limits-budget": "80", "limits-priority": 9})
    assert (fresh(campaign).budget, fresh(campaign).priority) == (Decimal(80), Priority.HIGH)
    assert AuditEntry.objects.get().verb == "change_limits"


def test_an_end_in_the_past_is_refused_for_a_running_campaign(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    response = marketer.post(page("campaign_limits", campaign), {**RUNNING, "limits-ends_at": "2020-01-01T10:00"})
    assert response.status_code == 422
    assert "To end the campaign now, cancel it." in text(response)


def test_limits_of_a_campaign_that_is_over_stay(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    assert marketer.get(page("campaign_limits", campaign)).status_code == 302


def test_a_running_step_gets_another_sender(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    other = make_sender(name="Second line")
    address = page("step_sender", campaign, the_step(campaign).pk)
    assert address in marketer.get(page("campaign_review", campaign)).content.decode()
    asked = text(marketer.get(address))
    assert "Second line" in asked
    # Nothing waits to leave, so nothing is said of it.
    assert "All later messages of this step leave from the new sender." in asked
    marketer.post(address, {"sender": other.pk})
    assert the_step(campaign).sender == other


def test_a_step_without_another_sender_says_so(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    response = marketer.get(page("step_sender", campaign, the_step(campaign).pk))
    assert "No other sender is ready." in text(response)
    assert "Change the sender" not in text(response)


def test_a_budget_is_written_and_read_as_the_users_language_writes_numbers(marketer: Client) -> None:
    User.objects.update(language="es")
    campaign = make_campaign(status=CampaignStatus.RUNNING, budget=Decimal("50.5"))
    assert 'name="limits-budget" value="50,5"' in marketer.get(page("campaign_limits", campaign)).text
    marketer.post(page("campaign_limits", campaign), {**RUNNING, "limits-budget": "80,25"})
    assert fresh(campaign).budget == Decimal("80.25")
