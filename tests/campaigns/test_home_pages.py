"""The first page: what needs whom, what runs, the button to the next action, and the way to a first campaign."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from campaigns.engine.counters import Counter
from campaigns.models import Alert, AlertKind, BudgetState, Campaign, ContactImport, StepTotal
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, Role
from campaigns.sandbox_account import use_sandbox
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, SenderState
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    make_account,
    make_campaign,
    make_contact,
    make_segment,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db


def page_of(client: Client, *roles: Role, permissions: tuple[Permission, ...] = (), path: str = "/") -> str:
    client.force_login(make_user(roles=roles, permissions=permissions))
    return client.get(path).text


def launched(**fields: Any) -> Campaign:
    return make_campaign(**{"status": CampaignStatus.RUNNING, "launched_at": NOON, "enrolled_at": NOON, **fields})


def counted(campaign: Campaign, counter: Counter, value: int, *, step_key: str = "") -> None:
    route = campaign.version.routes.get()
    StepTotal.objects.create(
        campaign_id=campaign.pk, route_id=route.pk, step_key=step_key, counter=counter, value=value
    )


def step_key(campaign: Campaign) -> str:
    return str(campaign.version.routes.get().steps.get().key)


# --- What needs somebody ----------------------------------------------------------------------


def test_where_nothing_is_wrong_one_calm_line_says_so(client: Client) -> None:
    launched()
    page = page_of(client, Role.MARKETER)
    assert "Nothing needs you right now." in page


def test_a_held_sender_is_released_by_an_admin_and_told_to_a_marketer(client: Client) -> None:
    sender = make_sender(name="SHOP", held_at=NOON, held_reason="The balance is used up.")
    launched()
    edit = f'href="{reverse("sender_edit", args=[sender.pk])}"'
    as_admin, as_marketer = page_of(client, Role.ADMIN), page_of(client, Role.MARKETER)
    assert "The sender SHOP is held." in as_admin
    assert "The balance is used up. Nothing leaves from it" in as_admin
    assert edit in as_admin
    assert "An admin can mend it." in as_marketer
    assert edit not in as_marketer
    assert "The sender SHOP is held." not in page_of(client, Role.MANAGER)


def test_a_vendor_that_does_not_answer_is_told_once_for_all_its_senders(client: Client) -> None:
    account = make_account(name="Gateway")
    for channel in (Channel.SMS, Channel.VIBER):
        sender = make_sender(account=account, channel=channel)
        SenderState.objects.create(sender=sender, tokens_at=NOON, failures_in_a_row=5)
    launched()
    page = page_of(client, Role.ADMIN)
    assert page.count("The vendor of Gateway does not answer.") == 1
    assert f'href="{reverse("account_edit", args=[account.pk])}"' in page


def test_a_held_campaign_leads_to_its_page(client: Client) -> None:
    campaign = launched(name="Autumn", held_at=NOON, held_reason="The template is not approved.")
    page = page_of(client, Role.MARKETER)
    assert "“Autumn” is held." in page
    assert "The same error kept coming back: The template is not approved." in page
    assert f'id="need-held-{campaign.pk}"' in page
    assert "is held." not in page_of(client, Role.MANAGER)


def test_a_campaign_fails_when_a_fifth_of_its_messages_do(client: Client) -> None:
    campaign = launched(name="Autumn")
    counted(campaign, Counter.ACCEPTED, 100, step_key=step_key(campaign))
    counted(campaign, Counter.FAILED, 25, step_key=step_key(campaign))
    page = page_of(client, Role.MARKETER)
    assert "“Autumn” fails for many people." in page
    assert "25 of 125 messages have failed so far." in page
    StepTotal.objects.filter(counter=Counter.ACCEPTED).update(value=1000)
    assert "fails for many people" not in page_of(client, Role.MARKETER)


def test_a_budget_that_is_spent_leads_to_the_limits(client: Client) -> None:
    campaign = launched(name="Autumn", budget=Decimal(100))
    BudgetState.objects.filter(campaign=campaign).update(committed=Decimal("99.98"))
    counted(campaign, Counter.NOW_HELD, 12, step_key=step_key(campaign))
    page = page_of(client, Role.MARKETER)
    assert "The budget of “Autumn” is spent." in page
    assert "12 messages are held." in page
    held = f"{reverse('campaign_people', args=[campaign.pk])}?figure=held"
    assert f'href="{held}"' in page
    assert "12 messages" in page_of(client, Role.MARKETER, path=held)
    assert held not in page_of(client, permissions=(Permission.MANAGE_CAMPAIGNS, Permission.VIEW_REPORTS))
    assert f'href="{reverse("campaign_limits", args=[campaign.pk])}"' in page
    BudgetState.objects.filter(campaign=campaign).update(committed=Decimal(50))
    assert "is spent" not in page_of(client, Role.MARKETER)


def test_people_who_wait_for_a_call_are_a_list_for_those_who_may_see_people(client: Client) -> None:
    campaign = launched(name="Autumn", routes=[RoutePlan(steps=[StepPlan(channel=Channel.CALL_TASK)])])
    counted(campaign, Counter.NOW_ACCEPTED, 3, step_key=step_key(campaign))
    page = page_of(client, Role.MARKETER)
    assert "3 people wait for a call." in page
    people = reverse("campaign_people", args=[campaign.pk])
    assert f'href="{people}?figure=waiting_accepted&amp;step={step_key(campaign)}"' in page
    assert "wait for a call" not in page_of(client, permissions=(Permission.MANAGE_CAMPAIGNS,))


@pytest.mark.parametrize(
    ("fields", "sentence", "url_name"),
    [
        ({"state": ContactImport.State.UPLOADED}, "club.csv waits for your answer.", "import_mapping"),
        ({"state": ContactImport.State.FAILED, "error": "It broke off."}, "The import of club.csv failed.", ""),
        ({"state": ContactImport.State.DONE, "rejected_count": 4}, "4 rows of club.csv were not taken.", ""),
    ],
)
def test_an_import_that_lacks_something_is_told_for_a_week(
    client: Client, fields: dict[str, Any], sentence: str, url_name: str
) -> None:
    contact_import = ContactImport.objects.create(name="club.csv", size=1, **fields)
    launched()
    page = page_of(client, Role.MARKETER)
    assert sentence in page
    assert f'href="{reverse(url_name or "import_detail", args=[contact_import.pk])}"' in page
    assert sentence not in page_of(client, Role.ADMIN)
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert sentence not in page_of(client, Role.MARKETER)


def test_an_import_that_took_every_row_needs_nobody(client: Client) -> None:
    ContactImport.objects.create(name="club.csv", size=1, state=ContactImport.State.DONE)
    launched()
    assert "club.csv" not in page_of(client, Role.MARKETER)


def test_a_missing_worker_is_told_to_admins_alone(client: Client) -> None:
    Alert.objects.create(kind=AlertKind.NO_WORKER, name="tick", subject="tick", began_at=NOON, raised_at=NOON)
    launched()
    page = page_of(client, Role.ADMIN)
    assert "No worker takes the queue tick." in page
    assert f'href="{reverse("operations")}"' in page
    assert "No worker takes" not in page_of(client, Role.MARKETER)


# --- What runs, and what is over --------------------------------------------------------------


def test_a_running_campaign_shows_how_far_it_is(client: Client) -> None:
    campaign = launched(name="Autumn")
    counted(campaign, Counter.AUDIENCE, 200)
    StepTotal.objects.create(
        campaign_id=campaign.pk,
        route_id=campaign.version.routes.get().pk,
        step_key="",
        counter="outcome_engaged",
        value=50,
    )
    page = page_of(client, Role.MANAGER)
    assert "<strong>50</strong> of 200 people acted" in page
    assert reverse("campaign_watch", args=[campaign.pk]) in page


def test_a_campaign_that_ended_lately_is_shown_with_what_it_came_to(client: Client) -> None:
    campaign = launched(name="Summer", status=CampaignStatus.FINISHED, ended_at=NOON)
    counted(campaign, Counter.AUDIENCE, 10)
    page = page_of(client, Role.MARKETER)
    assert "Ended lately" in page
    assert "0 of 10 acted (0%)" in page


def test_the_page_takes_the_same_queries_however_much_runs(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_user(roles=[Role.MARKETER, Role.ADMIN]))
    for _ in range(60):
        launched(held_at=NOON, budget=Decimal(10))
    for _ in range(7):
        make_sender(held_at=NOON)
        ContactImport.objects.create(name="club.csv", size=1)
    with django_assert_max_num_queries(20):
        page = client.get("/").text
    assert "See all 60" in page


def test_each_line_that_counts_leads_to_a_list_of_as_many(client: Client) -> None:
    """Each number of a line is that above its list."""
    steps = [StepPlan(), StepPlan(channel=Channel.CALL_TASK)]
    campaign = launched(routes=[RoutePlan(steps=steps)], budget=Decimal(100))
    BudgetState.objects.filter(campaign=campaign).update(committed=Decimal(100))
    sms, call = campaign.version.routes.get().steps.order_by("position")
    for step, counter, value in (
        (sms, Counter.FAILED, 30),
        (sms, Counter.NOW_HELD, 17),
        (sms, Counter.NOW_ACCEPTED, 9),
        (call, Counter.NOW_ACCEPTED, 6),
    ):
        counted(campaign, counter, value, step_key=step.key)
    client.force_login(make_user(roles=[Role.MARKETER]))
    needs = client.get("/").context["needs"]
    counts = {need.key.partition("-")[0]: need.people_url or need.url for need in needs}
    for key, number in (("failing", 30), ("budget", 17), ("calls", 6)):
        assert client.get(counts[key]).context["page"].number == number, key


def test_those_that_are_not_shown_are_a_list_of_exactly_those_counted(client: Client) -> None:
    """Not of those alone that run."""
    for status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.SCHEDULED):
        for _ in range(4):
            launched(status=status)
    launched(status=CampaignStatus.PAUSED, archived_at=NOON)
    launched(status=CampaignStatus.FINISHED)
    make_campaign()
    page = page_of(client, Role.MANAGER)
    assert 'href="/campaigns/?status=alive">See all 12</a>' in page
    answer = client.get("/campaigns/", {"status": "alive"})
    assert len(answer.context["lines"]) == 12
    assert '<option value="alive" selected>Running, paused or scheduled</option>' in answer.text


def test_the_live_part_is_sent_only_when_it_has_changed(client: Client) -> None:
    campaign = launched(name="Autumn")
    client.force_login(make_user(roles=[Role.MARKETER]))
    digest = client.get("/").context["digest"]
    path = reverse("home_live")
    assert client.get(path, {"seen": digest}).status_code == 204
    counted(campaign, Counter.AUDIENCE, 200)
    assert "of 200 people acted" in client.get(path, {"seen": digest}).text


def test_the_page_stops_asking_when_an_upload_has_been_read(client: Client) -> None:
    launched(status=CampaignStatus.FINISHED, ended_at=NOON)
    contact_import = ContactImport.objects.create(name="club.csv", size=1, state=ContactImport.State.RUNNING)
    client.force_login(make_user(roles=[Role.MARKETER]))
    page = client.get("/")
    assert "data-asks-again" in page.text
    ContactImport.objects.filter(pk=contact_import.pk).update(state=ContactImport.State.DONE)
    answer = client.get(reverse("home_live"), {"seen": page.context["digest"]})
    assert answer.status_code == 200
    assert "data-asks-again" not in answer.text


def test_parts_of_the_page_ask_who_is_there(client: Client) -> None:
    for name in ("home_live", "home_week"):
        assert "/accounts/login/" in client.get(reverse(name))["Location"]
    client.force_login(make_user())
    assert client.get(reverse("home_week")).status_code == 403
    assert client.post(reverse("sandbox_use")).status_code == 403


# --- The next action ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "label"),
    [
        ([Role.MARKETER], "Make a campaign"),
        ([Role.ADMIN], "Channels"),
        ([Role.MANAGER], "Open the reports"),
        ([Role.ADMIN, Role.MARKETER], "Make a campaign"),
    ],
)
def test_one_button_leads_to_what_each_does_next(client: Client, roles: list[Role], label: str) -> None:
    launched()
    client.force_login(make_user(roles=roles))
    assert client.get("/").context["next_action"].label == label


def test_a_draft_that_was_begun_is_finished_first(client: Client) -> None:
    launched()
    marketer = make_user(roles=[Role.MARKETER])
    make_campaign(name="Somebody else's")
    draft = make_campaign(name="Winter", created_by=marketer)
    client.force_login(marketer)
    action = client.get("/").context["next_action"]
    assert (str(action.label), action.url) == ("Finish “Winter”", reverse("campaign_editor", args=[draft.pk]))


# --- The way to a first campaign --------------------------------------------------------------


def test_an_empty_product_leads_a_marketer_to_the_first_campaign(client: Client) -> None:
    page = page_of(client, Role.MARKETER)
    assert "On the way to your first campaign" in page
    assert "0 of 4 done" in page
    assert "Nothing runs now" not in page


def test_each_thing_that_is_there_is_done(client: Client) -> None:
    make_sender()
    make_contact()
    client.force_login(make_user(roles=[Role.MARKETER]))
    response = client.get("/")
    assert "2 of 4 done" in response.text
    assert response.context["next_action"].url == reverse("segment_create")


def test_the_sandbox_is_one_click_away_where_it_can_be_started(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR, settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = tmp_path, "http://127.0.0.1:8001", True
    page = page_of(client, Role.ADMIN)
    assert "Use the sandbox" in page
    assert "Connect a real vendor" in page
    assert "Use the sandbox" not in page_of(client, Role.MARKETER)
    client.force_login(make_user(roles=[Role.ADMIN]))
    page = client.post(reverse("sandbox_use"), follow=True).text
    assert "The sandbox is connected" in page
    assert "1 of 4 done" in page
    client.post(reverse("sandbox_use"))
    assert Account.objects.count() == 1


def test_a_sandbox_that_could_not_be_started_is_told_with_the_way_to_mend_it(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR, settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = tmp_path, "http://127.0.0.1:8001", True
    use_sandbox(by=make_user(roles=[Role.ADMIN]))
    assert "The sandbox is not running." not in page_of(client, Role.ADMIN)
    own_sandbox.note_port(tmp_path, is_taken=True)
    account = Account.objects.get()
    for path in ("/", reverse("account_list"), reverse("account_edit", args=[account.pk])):
        page = page_of(client, Role.ADMIN, path=path)
        assert "The sandbox is not running." in page
        assert "Another program has taken its port, 8001." in page
    elsewhere = reverse("account_edit", args=[make_account(provider="smtp", settings={}).pk])
    assert "The sandbox is not running." not in page_of(client, Role.ADMIN, path=elsewhere)
    told = page_of(client, Role.MARKETER)
    assert "The sandbox is not running." in told
    assert "An admin can mend it." in told
    assert "The sandbox is not running." not in page_of(client, Role.MANAGER)


def test_where_no_sandbox_can_be_started_a_real_vendor_is_connected(client: Client, settings: Settings) -> None:
    settings.SANDBOX_URL = ""
    assert "Use the sandbox" not in page_of(client, Role.ADMIN)
    assert client.post(reverse("sandbox_use")).status_code == 404


def test_a_saved_segment_leads_to_a_campaign_for_it(client: Client) -> None:
    segment = make_segment(name="Players", rule={"op": "all", "rules": []})
    page = page_of(client, Role.MARKETER, path=f"{reverse('segment_list')}?saved={segment.pk}")
    assert f'href="{reverse("campaign_create")}?segment={segment.pk}"' in page
    assert "Make a campaign for it" not in page_of(client, Role.MARKETER, path=f"{reverse('segment_list')}?saved=x")
