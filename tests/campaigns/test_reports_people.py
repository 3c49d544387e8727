"""Each figure opens its people: the list is as long as the figure says."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.audience import searching
from campaigns.models import Fate, HoldReason, Message, SkipReason
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from campaigns.reports import campaign_report
from campaigns.reports_part import Part
from campaigns.reports_people import OF_CREDIT, OF_ENROLMENTS, OF_MESSAGES, Question, UnknownFigure, messages_behind
from campaigns.reports_people_lines import lines_behind
from campaigns.reports_people_numbers import number_behind
from channels.kinds import Channel
from tests.campaigns.examples import in_the_database, undone
from tests.campaigns.figures import figures_of_campaign, figures_of_step
from tests.campaigns.histories import LANGUAGES, count_passage, make_history
from tests.campaigns.recounting import count_behind
from tests.campaigns.turning import turned
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_campaign,
    make_contact,
    make_enrolment,
    make_message,
)

pytestmark = pytest.mark.django_db


# An example asks some two hundred lists: few examples, of many people.
@settings(in_the_database, max_examples=4)
@given(random=st.randoms(use_true_random=False), people=st.integers(min_value=10, max_value=25))
def test_every_figure_is_as_large_as_its_list(random: Random, people: int) -> None:
    """Statistics that do not add up (mautic#2507): each figure leads to exactly its people."""
    with undone():
        report = campaign_report(make_history(random=random, people=people).pk)
        for route in report.routes:
            for step in route.steps:
                for figure, value in figures_of_step(step):
                    question = Question(
                        campaign_id=report.campaign_id, figure=figure, step_key=step.key, route_id=route.route_id
                    )
                    assert count_behind(question) == number_behind(question) == value, question
        for figure, value in figures_of_campaign(report):
            question = Question(campaign_id=report.campaign_id, figure=figure)
            assert count_behind(question) == number_behind(question) == value, question


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_of_a_language_are_as_large_as_its_figures(language: str) -> None:
    campaign = make_history(random=Random(7), people=30)
    report = campaign_report(campaign.pk, Part(language=language))
    asked: list[tuple[str, int, dict[str, Any]]] = [(name, n, {}) for name, n in figures_of_campaign(report)]
    for route in report.routes:
        for step in route.steps:
            place = {"step_key": step.key, "route_id": route.route_id}
            asked += [(figure, value, place) for figure, value in figures_of_step(step)]
    assert sum(value for _figure, value, _place in asked)
    for figure, value, place in asked:
        question = Question(campaign_id=campaign.pk, figure=figure, language=language, **place)
        assert count_behind(question) == number_behind(question) == value, question


@in_the_database
@given(random=st.randoms(use_true_random=False))
def test_the_messages_of_a_step_cost_what_the_step_says(random: Random) -> None:
    with undone():
        report = campaign_report(make_history(random=random, people=5).pk)
        for route in report.routes:
            for step in route.steps:
                question = Question(
                    campaign_id=report.campaign_id, figure="came", step_key=step.key, route_id=route.route_id
                )
                assert sum(message.cost for message in messages_behind(question)) == step.figures.cost


def test_every_figure_of_the_tables_is_compared_with_a_report() -> None:
    report = campaign_report(make_campaign(status=CampaignStatus.RUNNING).pk)
    compared = {name for name, _value in figures_of_step(next(report.steps))}
    assert compared == {*OF_MESSAGES, *OF_CREDIT}
    assert {name for name, _value in figures_of_campaign(report)} >= set(OF_ENROLMENTS)


def test_the_lists_of_the_routes_of_a_campaign_are_apart() -> None:
    campaign = make_history(random=Random(7), people=30)
    report = campaign_report(campaign.pk)
    for route in report.routes:
        question = Question(campaign_id=campaign.pk, figure="open", route_id=route.route_id)
        assert count_behind(question) == number_behind(question) == route.audience.open
        clicked = Question(campaign_id=campaign.pk, figure="clicked", route_id=route.route_id)
        clicks = sum(step.figures.clicked for step in route.steps)
        assert count_behind(clicked) == number_behind(clicked) == clicks


def test_a_list_is_turned_page_by_page_and_repeats_nobody() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolments = [make_enrolment(campaign=campaign) for _number in range(5)]
    for enrolment in enrolments:
        count_passage(enrolment)
    question = Question(campaign_id=campaign.pk, figure="audience")
    pages = turned(lambda cursor: lines_behind(question, cursor=cursor, size=2))
    assert [line.enrolment_id for page in pages for line in page.lines] == [enrolment.pk for enrolment in enrolments]


@pytest.mark.parametrize("most", [100, 0])
@pytest.mark.parametrize("figure", ["audience", "came"])
def test_a_list_is_searched_where_few_fit_and_where_many_do(
    figure: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "HANDFUL", most)
    campaign, other = (make_campaign(status=CampaignStatus.RUNNING) for _ in range(2))
    for number in range(6):
        contact = make_contact(first_name="Анна" if number % 2 else "Ольга", phone=f"+38067123450{number}")
        for each in (campaign, other):
            enrolment = make_enrolment(campaign=each, contact=contact)
            make_message(enrolment=enrolment)
            count_passage(enrolment)
    question = Question(campaign_id=campaign.pk, figure=figure)
    found = lines_behind(question, text="АННА", size=2)
    rest = lines_behind(question, text="АННА", size=2, cursor=found.next_cursor)
    assert [line.name.split()[0] for line in (*found.lines, *rest.lines)] == ["Анна"] * 3
    assert (found.found, found.is_more, rest.found, rest.is_more) == (2, True, 3, False)
    assert [line.name.split()[0] for line in lines_behind(question, text="067 123 45 02").lines] == ["Ольга"]
    assert not lines_behind(question, text="Пётр").lines


def test_a_line_says_who_and_how_far_they_are() -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=[StepPlan(channel=Channel.VIBER)])])
    contact = make_contact(first_name="Iryna", last_name="Bondar")
    enrolment = make_enrolment(campaign=campaign, contact=contact)
    make_message(enrolment=enrolment, hold_reason=HoldReason.QUIET_HOURS)
    count_passage(enrolment)
    line = lines_behind(Question(campaign_id=campaign.pk, figure="held")).lines[0]
    assert (line.name, line.channel, line.state) == ("Iryna Bondar", Channel.VIBER, "Held: quiet hours")


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"fate": Fate.SKIPPED, "status": "skipped", "skip_reason": SkipReason.NO_ADDRESS}, "Skipped: no address"),
        ({"fate": Fate.ADVANCED, "status": "accepted"}, "Went on"),
        ({"status": MessageStatus.UNKNOWN}, "Unknown"),
    ],
)
def test_a_state_is_told_in_words(fields: dict[str, Any], state: str) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign)
    make_message(enrolment=enrolment, **fields)
    count_passage(enrolment)
    assert lines_behind(Question(campaign_id=campaign.pk, figure="came")).lines[0].state == state


@pytest.mark.parametrize(("figure", "step_key"), [("nonsense", ""), ("credit", ""), ("audience", "a1b2c3d4")])
def test_a_figure_that_does_not_exist_is_refused(figure: str, step_key: str) -> None:
    with pytest.raises(UnknownFigure):
        lines_behind(Question(campaign_id=1, figure=figure, step_key=step_key))


def test_the_lists_of_other_campaigns_stay_apart() -> None:
    mine, other = (make_campaign(status=CampaignStatus.RUNNING) for _number in range(2))
    enrolment = make_enrolment(campaign=other)
    make_message(enrolment=enrolment)
    count_passage(enrolment)
    question = Question(campaign_id=mine.pk, figure="came")
    assert count_behind(question) == number_behind(question) == 0
    assert lines_behind(question).lines == ()
    assert Message.objects.count() == 1
