"""The page of a running campaign, the people behind its figures, a person's time-line."""

import re
from decimal import Decimal
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Enrolment, HoldReason, Outcome, SkipReason
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.permissions import Permission, Role
from campaigns.reports_watch import watch
from channels.kinds import Channel
from tests.campaigns.histories import count, count_passage, make_history
from tests.campaigns.signing_in import signed_in
from tests.factories import (
    NOON,
    RoutePlan,
    StepPlan,
    make_campaign,
    make_contact,
    make_enrolment,
    make_message,
    make_segment,
    make_sender,
)

pytestmark = pytest.mark.django_db


def page_of(campaign: Campaign, client: Client | None = None) -> str:
    """The page of `campaign` as a marketer sees it."""
    response = (client or signed_in(Role.MARKETER)).get(reverse("campaign_watch", args=[campaign.pk]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["campaign_watch", "campaign_live", "campaign_people"])
def test_nobody_sees_a_campaign_without_signing_in(client: Client, name: str) -> None:
    response = client.get(reverse(name, args=[1]))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_a_manager_reads_figures_but_opens_no_lists_of_people() -> None:
    campaign = make_history(random=Random(1), people=5)
    manager = signed_in(Role.MANAGER)
    assert reverse("campaign_people", args=[campaign.pk]) not in page_of(campaign, manager)
    enrolment = Enrolment.objects.filter(campaign=campaign)[0]
    for address in (
        reverse("campaign_people", args=[campaign.pk]),
        reverse("person", args=[enrolment.pk]),
        reverse("contact_timeline", args=[enrolment.contact_id]),
    ):
        assert manager.get(address).status_code == 403


def test_a_manager_whom_an_admin_lets_see_people_opens_the_lists() -> None:
    campaign = make_history(random=Random(1), people=5)
    manager = signed_in(Role.MANAGER, permissions=[Permission.VIEW_PEOPLE])
    assert reverse("campaign_people", args=[campaign.pk]) in page_of(campaign, manager)
    assert manager.get(reverse("campaign_people", args=[campaign.pk])).status_code == 200


def test_the_page_asks_again_until_the_campaign_ends() -> None:
    campaign = make_history(random=Random(2), people=3)
    assert 'hx-trigger="every 2s, seen-again"' in page_of(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.FINISHED)
    assert 'hx-trigger="every 2s, seen-again"' not in page_of(campaign)


def test_a_page_that_would_look_the_same_is_not_sent_again() -> None:
    """A live page that is swapped every two seconds takes away what somebody reads or selects."""
    campaign = make_history(random=Random(2), people=3)
    marketer = signed_in(Role.MARKETER)
    address = reverse("campaign_live", args=[campaign.pk])
    digest = watch(Campaign.objects.get(pk=campaign.pk)).digest
    assert marketer.get(address, {"seen": digest}).status_code == 204
    count(make_enrolment(campaign=campaign), Counter.AUDIENCE)
    changed = marketer.get(address, {"seen": digest})
    assert changed.status_code == 200
    assert 'id="watch-badge" hx-swap-oob="true"' in changed.content.decode()


def test_every_figure_of_the_page_leads_to_as_many_people() -> None:
    campaign = make_history(random=Random(3), people=40)
    marketer = signed_in(Role.MARKETER)
    page = page_of(campaign, marketer)
    links = {part.partition('"')[0] for part in page.split('href="') if "figure=" in part.partition('"')[0]}
    assert len(links) > 30
    for link in sorted(links)[::4]:
        figure = page.partition(f'href="{link}">')[2].partition("</a>")[0]
        if figure.isdecimal():
            lines = marketer.get(link.replace("&amp;", "&")).content.decode()
            assert f"{figure} {'person' if figure == '1' else 'people'}" in lines or (
                f"{figure} {'message' if figure == '1' else 'messages'}" in lines
            ), link


@pytest.mark.parametrize(("code", "name"), [("uk", "Ukrainian"), ("-", "unknown")])
def test_a_list_of_one_language_says_which_and_can_be_taken_away(code: str, name: str) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for language in ("uk", "", "ru"):
        enrolment = make_enrolment(campaign=campaign, language=language)
        count(enrolment, Counter.AUDIENCE)
    marketer = signed_in(Role.MARKETER, Role.MANAGER)
    page = marketer.get(reverse("campaign_people", args=[campaign.pk]), {"language": code}).text
    assert re.search(rf"1 person\s+· {name}", page)
    address = re.search(r'href="([^"]*format=csv[^"]*)"', page)
    assert address
    answer = marketer.get(address[1].replace("&amp;", "&"))
    assert len(b"".join(answer).splitlines()) == 2


def test_a_figure_that_the_channel_cannot_report_is_a_dash() -> None:
    sms = make_sender(channel=Channel.SMS)
    campaign = make_campaign(
        status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=[StepPlan(channel=Channel.SMS, sender=sms)])]
    )
    assert "not reported on this channel" in page_of(campaign)


def test_skips_say_why() -> None:
    """A missing channel shown as a failure (novu#4960)."""
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign)
    step = enrolment.route.steps.get()
    count(enrolment, Counter.CAME, step=step, value=3)
    count(enrolment, counters.skipped(SkipReason.NO_CONSENT), step=step, value=3)
    page = page_of(campaign)
    assert "no consent: " in page
    assert "figure=skipped_no_consent" in page


def test_two_routes_that_wait_with_the_same_sender_are_told_apart() -> None:
    sms = make_sender(channel=Channel.SMS, name="SHOP")
    routes = [
        RoutePlan(segment=segment, steps=[StepPlan(sender=sms)]) for segment in (make_segment(name="Students"), None)
    ]
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=routes)
    for route in campaign.version.routes.all():
        enrolment = make_enrolment(campaign=campaign, route=route, step_position=0)
        count(enrolment, Counter.AUDIENCE)
        for counter in (Counter.CAME, Counter.NOW_QUEUED):
            count(enrolment, counter, step=route.steps.get())
    places = page_of(campaign).partition('id="places"')[2]
    assert places.count("Waiting: SMS · SHOP") == 2
    assert "Students</div>" in places
    assert "Everyone else</div>" in places


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": CampaignStatus.SCHEDULED, "starts_at": NOON}, "Starts on Feb. 11, 2026"),
        ({"status": CampaignStatus.RUNNING}, "The audience is being chosen."),
        ({"status": CampaignStatus.RUNNING, "kind": CampaignKind.API}, "People enter when your system asks for it."),
        ({"status": CampaignStatus.PAUSED, "enrolled_at": NOON}, "Nothing leaves while it is paused"),
        ({"status": CampaignStatus.FINISHED, "enrolled_at": NOON}, "Nobody is in the chain any more."),
        ({"status": CampaignStatus.CANCELLED}, "Cancelled: everybody who was still in the chain left it."),
    ],
)
def test_each_state_says_what_goes_on(fields: dict[str, object], sentence: str) -> None:
    campaign = make_campaign(**fields)  # type: ignore[arg-type]
    assert sentence in page_of(campaign)


def test_a_launch_in_progress_says_how_far_it_is() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    count(make_enrolment(campaign=campaign), Counter.AUDIENCE, value=1200)
    assert "The audience is being enrolled: 1,200 people so far." in page_of(campaign)


def test_a_sender_that_is_held_is_told_with_the_vendors_words() -> None:
    sender = make_sender(name="SHOP", held_at=NOON, held_reason="401 balance is empty")
    campaign = make_campaign(
        status=CampaignStatus.RUNNING, enrolled_at=NOON, routes=[RoutePlan(steps=[StepPlan(sender=sender)])]
    )
    enrolment = make_enrolment(campaign=campaign)
    count(enrolment, Counter.NOW_QUEUED, step=enrolment.route.steps.get(), value=12)
    page = page_of(campaign)
    assert "SMS · SHOP is held since" in page
    assert "401 balance is empty. 12 people wait for it." in page


def test_a_campaign_that_is_held_is_told_with_the_error() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, held_at=NOON, held_reason="template not approved")
    page = page_of(campaign)
    assert "the same error kept coming back: template not approved" in page
    assert reverse("campaign_resume", args=[campaign.pk]) in page
    assert reverse("campaign_pause", args=[campaign.pk]) not in page


def test_a_draft_is_opened_in_the_editor() -> None:
    campaign = make_campaign()
    response = signed_in(Role.MARKETER).get(reverse("campaign_watch", args=[campaign.pk]))
    assert response.status_code == 302
    assert response["Location"] == reverse("campaign_editor", args=[campaign.pk])


def test_only_those_who_manage_campaigns_can_stop_them() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert reverse("campaign_cancel", args=[campaign.pk]) in page_of(campaign)
    assert reverse("campaign_cancel", args=[campaign.pk]) not in page_of(campaign, signed_in(Role.MANAGER))


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (HoldReason.OVER_BUDGET, "The budget is used up: 1 message waits until it is raised."),
        (HoldReason.QUIET_HOURS, "1 message waits for the end of quiet hours and goes out by itself."),
    ],
)
def test_a_hold_is_told_with_its_reason(reason: HoldReason, sentence: str) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, enrolled_at=NOON, budget=Decimal(10))
    enrolment = make_enrolment(campaign=campaign)
    make_message(enrolment=enrolment, hold_reason=reason)
    count(enrolment, Counter.NOW_HELD, step=enrolment.route.steps.get())
    assert sentence in page_of(campaign)


def test_unknown_messages_and_clicks_of_machines_are_told_apart() -> None:
    """Scanners open and click everything (listmonk#1025); unknown is neither sent nor failed (listmonk#1530)."""
    campaign = make_campaign(status=CampaignStatus.RUNNING, enrolled_at=NOON)
    enrolment = make_enrolment(campaign=campaign)
    step = enrolment.route.steps.get()
    count(enrolment, Counter.UNKNOWN, step=step, value=3)
    count(enrolment, Counter.MACHINE_CLICKED, step=step, value=217)
    page = page_of(campaign)
    assert "3 messages got no answer from the vendor: unknown, and not sent again." in page
    assert "217 messages were clicked by scanners or link previews. Such clicks stop nobody." in page


def test_routes_have_tables_of_their_own_when_there_are_several() -> None:
    campaign = make_history(random=Random(4), people=4)
    page = page_of(campaign)
    segment = campaign.version.routes.order_by("position")[0].segment  # type: ignore[union-attr]
    assert segment is not None
    assert f"Step by step: {segment.name}" in page
    assert "Step by step: everyone else" in page


def test_a_list_of_an_unknown_figure_is_not_found() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    marketer = signed_in(Role.MARKETER)
    for query in ("figure=nonsense", "figure=came&route=x", "figure=came&step=%00", "figure=credit"):
        assert marketer.get(f"{reverse('campaign_people', args=[campaign.pk])}?{query}").status_code == 404


def test_a_list_that_has_become_empty_says_so() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    response = signed_in(Role.MARKETER).get(f"{reverse('campaign_people', args=[campaign.pk])}?figure=clicked")
    assert "This figure counts nobody now." in response.content.decode()


def test_a_list_of_few_among_many_says_that_there_may_be_more_and_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.reports_people_lines.STRETCH", 3)
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for number in range(7):
        contact = make_contact(first_name=f"P{number}", last_name="")
        enrolment = make_enrolment(campaign=campaign, contact=contact)
        make_message(enrolment=enrolment, status="accepted", replied_at=NOON if number in {1, 6} else None)
        count_passage(enrolment)
    marketer = signed_in(Role.MARKETER)
    address = f"{reverse('campaign_people', args=[campaign.pk])}?figure=replied"
    shown = []
    query = ""
    for _page in range(3):
        response = marketer.get(address + query)
        assert "2 messages" in response.text
        shown.append((re.findall(r">(P\d)</a>", response.text), "There may be more people." in response.text))
        query = f"&cursor={response.context['page'].next_cursor}"
        assert (f'rel="next" href="?figure=replied{query.replace("&", "&amp;")}"' in response.text) is shown[-1][1]
    assert shown == [(["P1"], True), ([], True), (["P6"], False)]


def test_a_deleted_contact_stays_in_the_list_without_a_name() -> None:
    campaign = make_campaign(status=CampaignStatus.FINISHED)
    contact = make_contact(first_name="", last_name="", deleted_at=NOON)
    count_passage(make_enrolment(campaign=campaign, contact=contact, outcome=Outcome.CANCELLED))
    response = signed_in(Role.MARKETER).get(reverse("campaign_people", args=[campaign.pk]))
    assert "Deleted contact" in response.content.decode()


def test_the_people_behind_a_figure_are_searched_and_the_figure_stays() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for name in ("Олена", "Anna"):
        count_passage(make_enrolment(campaign=campaign, contact=make_contact(first_name=name)))
    address = reverse("campaign_people", args=[campaign.pk])
    page = signed_in(Role.MARKETER).get(address, {"figure": "open", "q": " ОЛЕ\0"}).content.decode()
    assert "Олена" in page
    assert "Anna" not in page
    assert "1 found" in page
    assert 'name="figure" value="open"' in page
    assert "Nobody fits" in signed_in(Role.MARKETER).get(address, {"q": "жжж"}).content.decode()


def test_a_person_sees_both_clocks_when_the_contact_lives_by_another() -> None:
    contact = make_contact(time_zone="Asia/Tokyo")
    enrolment = make_enrolment(campaign=make_campaign(status=CampaignStatus.RUNNING), contact=contact)
    page = signed_in(Role.MARKETER).get(reverse("person", args=[enrolment.pk])).content.decode()
    assert "12:00:00" in page
    assert "21:00 for them" in page


def test_the_page_of_a_contact_has_all_their_campaigns() -> None:
    contact = make_contact()
    for name in ("Autumn", "Winter"):
        make_enrolment(campaign=make_campaign(name=name, status=CampaignStatus.RUNNING), contact=contact)
    page = signed_in(Role.MARKETER).get(reverse("contact_timeline", args=[contact.pk])).content.decode()
    assert page.index("Winter") < page.index("Autumn")
    nobody = signed_in(Role.MARKETER).get(reverse("contact_timeline", args=[make_contact().pk])).content.decode()
    assert "They have not been in any campaign yet." in nobody


def test_a_page_asks_the_database_a_fixed_number_of_times(django_assert_max_num_queries: object) -> None:
    campaign = make_history(random=Random(5), people=10)
    marketer = signed_in(Role.MARKETER)
    page_of(campaign, marketer)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page_of(campaign, marketer)
