"""A page of people looks at a part of the rows, however many people a campaign has and however few a figure counts."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, Outcome, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports_people import OF_CREDIT, OF_ENROLMENTS, OF_MESSAGES, Question
from campaigns.reports_people_lines import lines_behind
from channels.kinds import Channel
from tests.campaigns.histories import count
from tests.factories import NOON, RoutePlan, StepPlan, make_campaign, make_enrolment

pytestmark = pytest.mark.django_db

PEOPLE = 10_000
STRETCH = 1_000
HOT = {"campaigns_enrolment", "campaigns_message"}

CONTACTS = """
INSERT INTO campaigns_contact (first_name, last_name, language, country, time_zone, preferences, attributes,
    is_trackable, created_at, updated_at)
SELECT 'Olena', 'No. ' || n, 'uk', 'UA', '', '{}', '{}', true, %(at)s, %(at)s FROM generate_series(1, %(people)s) n
"""
# Those who are still inside stand behind all who have ended.
ENROLMENTS = """
INSERT INTO campaigns_enrolment (campaign_id, version_id, route_id, contact_id, entry_key, variant, data, language,
    step_position, next_at, ended_at, created_at, outcome, ended_by, credit_step_key, is_late)
SELECT %(campaign)s, %(version)s, %(route)s, c.id, '', '', '{}', '', 1, CASE WHEN is_open THEN %(at)s::timestamptz END,
    CASE WHEN NOT is_open THEN %(at)s::timestamptz END, %(at)s, CASE WHEN is_open THEN '' ELSE outcome END, '',
    'second', false
FROM (SELECT id, row_number() OVER (ORDER BY id) > %(people)s * 0.8 AS is_open,
    (ARRAY['engaged', 'exhausted'])[1 + id %% 2] AS outcome FROM campaigns_contact) c
ORDER BY c.id
"""
MESSAGES = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, channel, status, skip_reason, hold_reason,
    created_at, tries, error_class, error_code, error_detail, fate, fate_reason, parts, cost, accepted_at, fate_at)
SELECT e.campaign_id, e.id, s.id, s.channel, 'accepted', '', '', %(at)s, 1, '', '', '',
    CASE WHEN s.position = 0 THEN 'advanced' WHEN e.outcome = 'exhausted' THEN 'ended' ELSE e.outcome END, '', 1, 0,
    %(at)s, %(at)s
FROM campaigns_enrolment e JOIN campaigns_step s ON s.route_id = e.route_id
WHERE e.campaign_id = %(campaign)s ORDER BY e.id, s.position
"""


def make_crowded(name: str) -> Campaign:
    """A running campaign of two steps that every contact has entered."""
    steps = [StepPlan(channel=Channel.SMS, key="first"), StepPlan(channel=Channel.VIBER, key="second")]
    campaign = make_campaign(name=name, status=CampaignStatus.RUNNING, routes=[RoutePlan(steps=steps)])
    version = campaign.version
    assert version is not None
    values = {
        "campaign": campaign.pk,
        "version": version.pk,
        "route": version.routes.get().pk,
        "at": NOON,
        "people": PEOPLE,
    }
    with connection.cursor() as cursor:
        cursor.execute(ENROLMENTS, values)
        cursor.execute(MESSAGES, values)
    return campaign


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """The later one of two campaigns with many people; of each figure there should be more than a page can find."""
    for name in ("STRETCH", "SHORT_STRETCH"):
        monkeypatch.setattr(f"campaigns.reports_people_lines.{name}", STRETCH)
    monkeypatch.setattr("campaigns.reports_people_lines.number_behind", lambda _question: PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS, {"at": NOON, "people": PEOPLE})
        make_crowded("Earlier")
        campaign = make_crowded("Later")
        cursor.execute("ANALYZE campaigns_contact, campaigns_enrolment, campaigns_message")
    return campaign


def looked_at(query: str) -> Iterator[int]:
    """How many rows a query reads, each time that it looks at a hot table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        ((told,),) = cursor.fetchall()
    yield from _rows(told[0]["Plan"])


def _rows(node: dict[str, Any]) -> Iterator[int]:
    if node.get("Relation Name") in HOT:
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield int(rows * node["Actual Loops"])
    for inner in node.get("Plans", []):
        yield from _rows(inner)


def test_no_page_of_any_figure_looks_through_the_whole_campaign(crowded: Campaign) -> None:
    questions = [Question(campaign_id=crowded.pk, figure=name) for name in (*OF_MESSAGES, *OF_ENROLMENTS)]
    questions += [
        Question(campaign_id=crowded.pk, figure=name, step_key="second") for name in (*OF_MESSAGES, *OF_CREDIT)
    ]
    # Nobody has this language: whole stretches are looked through in vain.
    questions += [
        Question(campaign_id=crowded.pk, figure=name, language="uk") for name in ("came", "clicked", "audience")
    ]
    most: dict[tuple[str, str, str | None], int] = {}
    for question in questions:
        with CaptureQueriesContext(connection) as captured:
            page = lines_behind(question)
            lines_behind(question, cursor=page.next_cursor)
        for query in captured.captured_queries:
            for rows in looked_at(query["sql"]):
                place = (question.figure, question.step_key, question.language)
                most[place] = max(most.get(place, 0), rows)
    # Whoever is looked at together with their messages has two.
    assert {place: rows for place, rows in most.items() if rows > 2 * STRETCH + 2} == {}
    assert len(most) == len(questions)


@pytest.mark.parametrize("figure", ["clicked", "between", "outcome_engaged"])
def test_the_number_of_a_list_is_not_counted_row_by_row(figure: str) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign, outcome=Outcome.ENGAGED)
    count(enrolment, "audience", value=1_000_001)
    count(enrolment, "outcome_engaged", value=400_000)
    count(enrolment, "clicked", step=Step.objects.get(route=enrolment.route), value=40_000)
    with CaptureQueriesContext(connection) as captured:
        page = lines_behind(Question(campaign_id=campaign.pk, figure=figure))
    numbers = {"clicked": 40_000, "between": 600_001, "outcome_engaged": 400_000}
    assert page.number == numbers[figure]
    assert [query["sql"] for query in captured.captured_queries if "COUNT(" in query["sql"].upper()] == []
