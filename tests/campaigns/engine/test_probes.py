"""A tick asks whether somebody is inside a campaign, or something queued for it, without reading all the others."""

from typing import Any

import pytest
from django.db import connection

from campaigns.engine import clock, ticking
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from channels.kinds import Channel
from tests.factories import RoutePlan, StepPlan, make_campaign, make_sender

pytestmark = pytest.mark.django_db

PEOPLE = 20_000
CONTACTS = """
INSERT INTO campaigns_contact (first_name, last_name, language, country, time_zone, preferences, attributes,
    is_trackable, created_at, updated_at)
SELECT 'Olena', 'No. ' || n, 'uk', 'UA', '', '{}', '{}', true, now(), now() FROM generate_series(1, %(people)s) n
"""
ENROLMENTS = """
INSERT INTO campaigns_enrolment (campaign_id, version_id, route_id, contact_id, entry_key, variant, data, language,
    step_position, next_at, created_at, outcome, ended_by, credit_step_key, is_late)
SELECT %(campaign)s, %(version)s, %(route)s, c.id, '', '', '{}', '', 0, now() + interval '1 day', now(), '', '', '',
    false
FROM campaigns_contact c
"""
MESSAGES = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, sender_id, channel, status, skip_reason,
    hold_reason, created_at, queued_at, available_at, tries, error_class, error_code, error_detail, fate, fate_reason,
    parts, cost)
SELECT e.campaign_id, e.id, s.id, s.sender_id, s.channel, 'queued', '', '', now(), now(), now(), 0, '', '', '', '',
    '', 0, 0
FROM campaigns_enrolment e JOIN campaigns_step s ON s.route_id = e.route_id
"""


@pytest.fixture
def crowded() -> Campaign:
    """A campaign that everybody is inside of, with a message queued, beside others of its sender that nobody is in."""
    plan = RoutePlan(steps=[StepPlan(channel=Channel.SMS, sender=make_sender(channel=Channel.SMS))])
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[plan])
    for status in (CampaignStatus.CANCELLED, CampaignStatus.RUNNING):
        make_campaign(status=status, routes=[plan], enrolled_at=clock.now())
    version = campaign.version
    assert version is not None
    values = {"campaign": campaign.pk, "version": version.pk, "route": version.routes.get().pk, "people": PEOPLE}
    with connection.cursor() as cursor:
        for statement in (CONTACTS, ENROLMENTS, MESSAGES):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE campaigns_contact, campaigns_enrolment, campaigns_message")
    return campaign


def rows_read(node: dict[str, Any]) -> int:
    """How many rows the plan below `node` takes from enrolments and messages, filtered ones included."""
    own = 0
    if node.get("Relation Name") in {"campaigns_enrolment", "campaigns_message"}:
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return int(own) + sum(rows_read(inner) for inner in node.get("Plans", []))


@pytest.mark.parametrize("name", ["FINISH", "OTHER_WORK", "SENDERS"])
def test_a_tick_reads_a_row_for_each_campaign(crowded: Campaign, name: str) -> None:
    now = clock.now()
    values = {"now": now, "is_urgent_only": False, "campaign": None, "foretold_since": now}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {getattr(ticking, name)}", values)
        ((told,),) = cursor.fetchall()
    assert rows_read(told[0]["Plan"]) <= 3 * Campaign.objects.count()
