"""What the page of a running campaign draws: its cards, its pictures, its parts; and two campaigns side by side."""

import json
import re
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.engine import clock, counters
from campaigns.engine.counters import Counter
from campaigns.engine.stats import fold
from campaigns.models import Campaign, HoldReason, Outcome, Route, StepDelta, StepStats, StepTotal
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.permissions import Role
from campaigns.reports_compare import compare_at_same_age
from tests.campaigns.histories import count, make_history
from tests.campaigns.signing_in import signed_in
from tests.factories import NOON, RoutePlan, make_campaign, make_enrolment, make_message, make_segment

pytestmark = pytest.mark.django_db


def ask(campaign: Campaign, name: str = "campaign_watch", client: Client | None = None, **query: Any) -> HttpResponse:
    """The page of `campaign`, as a marketer sees it."""
    response = (client or signed_in(Role.MARKETER)).get(reverse(name, args=[campaign.pk]), query)
    assert isinstance(response, HttpResponse)
    return response


def first_route(campaign: Campaign) -> Route:
    """The route that is tried first."""
    return Route.objects.filter(version=campaign.version_id).order_by("position")[0]


def chart_of(response: HttpResponse, name: str = "chart-flow-told") -> dict[str, Any]:
    """What the page tells the browser to draw."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', response.text)
    assert found
    told = json.loads(found[1])
    assert isinstance(told, dict)
    return told


def running(**figures: int) -> Campaign:
    """A running campaign of one SMS, whose step has these counters."""
    campaign = make_campaign(status=CampaignStatus.RUNNING, enrolled_at=NOON)
    enrolment = make_enrolment(campaign=campaign)
    count(enrolment, Counter.AUDIENCE, value=10)
    for name, value in figures.items():
        count(enrolment, name, step=enrolment.route.steps.get(), value=value)
    return campaign


def test_the_picture_is_told_with_names_and_figures() -> None:
    campaign = running(came=10, now_accepted=10)
    told = chart_of(ask(campaign))
    assert [(node["title"], node["figure"], node["colour"]) for node in told["nodes"]] == [
        ("Audience", "10", "secondary"),
        ("1. SMS", "10", "azure"),
        ("Waiting", "10", "secondary"),
    ]
    assert [link["value"] for link in told["links"]] == [10, 10]
    assert told["links"][0]["spoken"] == "Audience → 1. SMS: 10"


def test_the_picture_and_its_table_say_the_same() -> None:
    response = ask(make_history(random=Random(8), people=30))
    table = response.text.partition('id="streams"')[2].partition("</table>")[0]
    people = [int(cell) for cell in re.findall(r'</td><td class="is-figure">(\d+)</td><td', table)]
    assert people == [link["value"] for link in chart_of(response)["links"]]


def test_every_node_of_the_picture_leads_to_as_many_people() -> None:
    campaign = make_history(random=Random(8), people=30)
    marketer = signed_in(Role.MARKETER)
    route = first_route(campaign)
    nodes = chart_of(ask(campaign, client=marketer, route=route.pk))["nodes"]
    led = {node["address"]: node["figure"] for node in nodes if node["address"]}
    assert len(led) > 5
    for address, figure in led.items():
        lines = marketer.get(address).text
        assert re.search(rf"\b{figure} (person|people|messages?)\b", lines), address


def test_a_manager_who_may_not_see_people_gets_a_picture_that_leads_nowhere() -> None:
    campaign = make_history(random=Random(8), people=10)
    response = ask(campaign, client=signed_in(Role.MANAGER))
    assert {node["address"] for node in chart_of(response)["nodes"]} == {""}
    assert reverse("campaign_people", args=[campaign.pk]) not in response.text


def test_the_headline_says_what_was_saved_against_which_channel() -> None:
    page = ask(running(came=10, accepted=4, now_accepted=10, cost=2)).text
    assert "against SMS for all 10: $5.00 at $0.50 each" in page
    assert "$3.00" in page
    assert "nobody contacted twice" in page


def test_a_cascade_that_was_dearer_says_so() -> None:
    campaign = running(came=10, accepted=20, now_accepted=10, cost=20)
    page = ask(campaign).text
    assert "Spent more" in page
    assert "$10.00" in page


def test_those_contacted_twice_are_told_in_the_headline_and_at_their_step() -> None:
    campaign = running(came=10, engaged=10, credit=10, late=2)
    enrolment = campaign.enrolments.get()
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=10)
    page = ask(campaign).text
    assert 'href="#gains">2 people contacted twice</a>' in page
    gains = page.partition('id="gains"')[2]
    assert "figure=late" in gains
    assert "20% of 10" in gains


def test_signals_of_machines_stand_beside_those_of_people() -> None:
    funnel = ask(running(came=10, now_accepted=10, accepted=10, clicked=3, machine_clicked=7)).text
    funnel = funnel.partition('class="card-body funnels"')[2]
    assert "and by machines" in funnel
    assert "figure=machine_clicked" in funnel


def test_a_campaign_that_nobody_entered_has_a_page() -> None:
    response = ask(make_campaign(status=CampaignStatus.RUNNING))
    assert response.status_code == 200
    assert "Nobody has entered yet." in response.text
    assert "told once messages that cost something have left" in response.text
    assert "application/json" not in response.text


@pytest.mark.parametrize("view", ["flow", "time"])
def test_a_campaign_whose_first_step_has_not_begun_has_a_page(view: str) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, enrolled_at=NOON)
    count(make_enrolment(campaign=campaign), Counter.AUDIENCE, value=10)
    response = ask(campaign, view=view)
    assert response.status_code == 200
    assert chart_of(response, "chart-flow-told" if view == "flow" else "chart-time-told")


def test_the_lines_over_time_have_their_figures_in_a_table() -> None:
    campaign = running(accepted=4, cost=2)
    enrolment = campaign.enrolments.get()
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=3, hour=NOON + timedelta(hours=1))
    response = ask(campaign, view="time")
    told = chart_of(response, "chart-time-told")
    assert {line["title"]: line["values"] for line in told["lines"]} == {"Acted so far": [0, 3], "Sent so far": [4, 4]}
    table = response.text.partition('id="series"')[2].partition("</table>")[0]
    assert re.findall(r'is-figure">(?:<a [^>]*>)?([^<]*)<', table)[4:] == [
        *["0", "0", "3", "$0.00"],
        *["10", "4", "0", "$2.00"],
        *["10", "4", "3", "$2.00"],
    ]


def test_a_campaign_that_people_keep_entering_has_lines_of_each_hour() -> None:
    campaign = running(accepted=4)
    Campaign.objects.filter(pk=campaign.pk).update(kind=CampaignKind.API)
    count(campaign.enrolments.get(), Counter.AUDIENCE, value=5, hour=NOON + timedelta(hours=1))
    told = chart_of(ask(campaign, view="time"), "chart-time-told")
    lines = {line["title"]: line["values"] for line in told["lines"]}
    assert lines == {"Acted": [0, 0], "Sent": [4, 0], "Entered": [10, 5]}


def test_segments_stand_beside_each_other_where_there_are_several() -> None:
    campaign = make_history(random=Random(4), people=12)
    response = ask(campaign, view="routes")
    assert "Everyone else" in response.text.partition('id="routes"')[2]
    assert "By segment" not in ask(running(came=10)).text


def test_a_part_is_shown_with_its_own_figures_and_says_which_it_is() -> None:
    campaign = make_history(random=Random(4), people=12)
    route = first_route(campaign)
    count(make_enrolment(campaign=campaign, route=route, language="uk"), Counter.AUDIENCE, value=5_000)
    page = ask(campaign, route=route.pk, language="uk").text
    assert re.search(r"<span class=\"rate\">[^<]* of 5,00\d</span>", page)
    assert route.segment
    assert f"Only: {route.segment.name} · Ukrainian." in page
    assert "Step by step: everyone else" not in page


def test_only_figures_with_a_list_lead_to_it() -> None:
    """The lists know segments and languages, and no hours: they would show others than were counted."""
    campaign = make_history(random=Random(4), people=12)
    route = first_route(campaign)
    of_route = ask(campaign, route=route.pk).text
    assert f"figure=open&amp;route={route.pk}" in of_route or f"figure=outcome_engaged&amp;route={route.pk}" in of_route
    needs = re.compile(r'<section class="card" aria-labelledby="needs">.*?</section>', re.DOTALL)
    of_language = needs.sub("", ask(campaign, language="uk").text)
    assert "figure=audience&language=uk" in of_language.replace("&amp;", "&").replace("\\u0026", "&")
    assert set(re.findall(r"figure=\w+(?![^\"]*language=uk)", of_language)) == set()
    assert "figure=" not in needs.sub("", ask(campaign, until="2030-01-01T10:00").text)


def test_what_has_been_is_not_asked_for_again() -> None:
    campaign = running(came=10)
    assert "data-asks-again" in ask(campaign).text
    assert "data-asks-again" not in ask(campaign, until="2026-02-11T10:00").text


def test_an_hour_that_begins_at_half_past_elsewhere_is_told_as_it_is_counted() -> None:
    campaign = running(came=10)
    page = ask(campaign, client=signed_in(Role.MARKETER, time_zone="Asia/Kolkata"), until="2026-02-11T10:00").text
    assert "Only: Feb. 11, 2026, 9:30 a.m.." in page


def test_everybody_is_in_reach_of_the_keyboard() -> None:
    """The picture's nodes are for the mouse: what they lead to stands in the tables too."""
    campaign = make_history(random=Random(4), people=12)
    for view in ("flow", "time"):
        drawn = ask(campaign, view=view).text.partition('id="places"')[2].partition('aria-labelledby="needs"')[0]
        assert re.search(r'<tfoot>.*figure=audience">12</a>', drawn)


def test_an_address_shows_the_same_to_whoever_opens_it() -> None:
    campaign = make_history(random=Random(4), people=12)
    marketer = signed_in(Role.MARKETER)
    query = {"view": "time", "language": "uk", "until": "", "route": ""}
    address = marketer.get(reverse("campaign_watch", args=[campaign.pk]), query, headers={"HX-Request": "true"})
    pushed = address["HX-Push-Url"]
    assert pushed == f"{reverse('campaign_watch', args=[campaign.pk])}?view=time&language=uk"
    assert "Only: Ukrainian." in marketer.get(pushed).text
    assert f"{reverse('campaign_live', args=[campaign.pk])}?view=time&amp;language=uk" in address.text


def test_what_cannot_be_asked_for_is_refused_with_a_reason() -> None:
    campaign = make_history(random=Random(4), people=12)
    for query in ({"route": "0"}, {"language": "xx"}, {"until": "yesterday"}, {"until": "0001-01-01T00:00"}):
        response = ask(campaign, **query)
        assert response.status_code == 422
        assert "invalid-feedback" in response.text


@pytest.mark.parametrize(("query", "most"), [({}, 18), ({"view": "time"}, 19), ({"language": "uk"}, 24)])
def test_a_page_asks_as_often_however_many_people_there_are(query: dict[str, str], most: int) -> None:
    """Only counters are read: the page of a million people takes no longer than that of forty."""
    campaign, marketer = make_history(random=Random(5), people=40), signed_in(Role.MARKETER)
    fold()
    ask(campaign, client=marketer, **query)
    asked = []
    for _size in ("forty", "a million"):
        with CaptureQueriesContext(connection) as queries:
            ask(campaign, client=marketer, **query)
        asked.append([re.sub(r"\d+", "", each["sql"]) for each in queries])
        for counted in (StepTotal, StepStats):
            counted.objects.update(value=F("value") * 25_000)
    assert asked[0] == asked[1]
    assert len(asked[0]) <= most
    assert not re.search("campaigns_(enrolment|contact|event|attempt)", " ".join(asked[0]))


def test_a_million_held_messages_are_not_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.reports_needs._LOOKED_AT", 2)
    campaign = running(came=1_000_000, now_held=1_000_000)
    for _message in range(5):
        make_message(enrolment=make_enrolment(campaign=campaign), hold_reason=HoldReason.QUIET_HOURS)
    assert "1,000,000 messages wait for the end of quiet hours" in ask(campaign).text
    make_message(enrolment=make_enrolment(campaign=campaign), hold_reason=HoldReason.OVER_BUDGET)
    page = ask(campaign).text
    assert "1+ message waits for the end of quiet hours" in page
    assert "The budget is used up: 1+ message waits" in page


def test_two_campaigns_stand_side_by_side() -> None:
    ours, theirs = running(came=10, accepted=4, credit=1, late=1, cost=2), make_history(random=Random(4), people=12)
    page = ask(ours, "campaign_compare", other=theirs.pk).text
    assert page.index(ours.name) < page.index(theirs.name)
    row = page.partition(">People</th>")[2].partition("</tr>")[0]
    assert re.findall(r">(\d+)</a>", row) == ["10", "12"]
    assert re.findall(r'href="([^"]+)', row) == [
        f"{reverse('campaign_people', args=[each.pk])}?figure=audience" for each in (ours, theirs)
    ]
    assert "figure=late" in page
    assert "figure=" not in ask(ours, "campaign_compare", signed_in(Role.MANAGER), other=theirs.pk).text
    viber = page.partition("<span>Viber</span>")[2].partition("</tbody>")[0]
    assert viber.count("—") >= 3


def test_two_campaigns_can_be_compared_at_the_same_age() -> None:
    now = clock.now()
    old, young = running(), running()
    for campaign, days in ((old, 10), (young, 2)):
        launched_at = now - timedelta(days=days)
        Campaign.objects.filter(pk=campaign.pk).update(launched_at=launched_at)
        StepDelta.objects.filter(campaign_id=campaign.pk).update(hour=launched_at)
        count(campaign.enrolments.get(), Counter.AUDIENCE, value=90, hour=launched_at + timedelta(days=1))
        count(campaign.enrolments.get(), Counter.AUDIENCE, value=500, hour=launched_at + timedelta(days=3))
    page = ask(old, "campaign_compare", other=young.pk, is_same_age="on").text
    row = page.partition(">People</th>")[2].partition("</tr>")[0]
    assert re.findall(r'is-figure">(\d+)<', row) == ["100", "100"]
    assert page.count("as it stood on") == 2


def test_at_the_same_age_neither_has_an_hour_more_than_the_other() -> None:
    """An hour under way counts for nobody: the older campaign's would be whole, the younger one's not."""
    now = NOON + timedelta(minutes=20)
    old, young = running(), running()
    for campaign, hours in ((old, 50), (young, 2)):
        campaign.launched_at = NOON - timedelta(hours=hours)
        for hour in range(3):
            count(
                campaign.enrolments.get(),
                Counter.ACCEPTED,
                step=campaign.version.routes.get().steps.get(),
                value=5,
                hour=campaign.launched_at + timedelta(hours=hour),
            )
    sides = compare_at_same_age([old, young], now).sides
    assert [side.report.sent for side in sides] == [10, 10]


def test_before_another_is_chosen_the_page_says_what_to_do() -> None:
    page = ask(running(), "campaign_compare")
    assert page.status_code == 200
    assert "Choose one above" in page.text


def test_a_draft_is_compared_with_nothing() -> None:
    draft = make_campaign()
    assert ask(draft, "campaign_compare").status_code == 404
    assert ask(running(), "campaign_compare", other=draft.pk).status_code == 422


def test_figures_are_for_those_who_may_read_reports(client: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[RoutePlan(segment=make_segment()), RoutePlan()])
    assert client.get(reverse("campaign_compare", args=[campaign.pk])).status_code == 302
    assert ask(campaign, "campaign_compare", client=signed_in()).status_code == 403
