"""No reading scans a hot table: asked of tables with some tens of thousands of rows, PostgreSQL takes an index."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from campaigns.operations.metrics import expose
from campaigns.operations.page import operations_page
from tests.factories import NOON, make_campaign, make_sender

pytestmark = pytest.mark.django_db

ROWS = 30_000
HOT = ("enrolment", "message", "attempt", "event", "hit", "inboundrequest")
SCAN = re.compile(r"Seq Scan on (?:campaigns|channels)_(\w+)")

ENROLMENTS = """
INSERT INTO campaigns_enrolment (campaign_id, version_id, route_id, contact_id, entry_key, variant, data, language,
    next_at, created_at, outcome, ended_by, credit_step_key, is_late)
SELECT %(campaign)s, 1, 1, n, '', '', '{}', '', %(at)s::timestamptz + n * interval '1 second', %(at)s, '', '', '', false
FROM generate_series(1, %(rows)s) n
"""
MESSAGES = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, sender_id, channel, status, skip_reason,
    hold_reason, created_at, queued_at, available_at, tries, error_class, error_code, error_detail, fate, fate_reason,
    parts, cost, accepted_at)
SELECT %(campaign)s, n, 1, %(sender)s + n %% 3, 'sms', CASE n %% 2 WHEN 0 THEN 'queued' ELSE 'accepted' END, '',
    CASE n %% 4 WHEN 0 THEN 'quiet_hours' ELSE '' END, %(at)s, %(at)s, %(at)s::timestamptz + n * interval '1 minute',
    0, '', '', '', '', '', 0, 0, %(at)s
FROM generate_series(1, %(rows)s) n
"""
REQUESTS = """
INSERT INTO channels_inboundrequest (account_id, method, path, body, state, received_at)
SELECT 1, 'POST', '/hooks/', '', CASE n %% 9 WHEN 0 THEN 'new' ELSE 'done' END, now() - n * interval '1 second'
FROM generate_series(1, %(rows)s) n
"""
ATTEMPTS = """
INSERT INTO campaigns_attempt (message_id, campaign_id, step_id, account_id, sender_id, address_id, address_hash,
    entry_key, key, status, created_at, sending_at, error_class, error_code, error_detail, parts, currency, rate)
SELECT n, %(campaign)s, 1, 1, %(sender)s, n, md5(n::text), '', gen_random_uuid(),
    CASE n %% 99 WHEN 0 THEN 'unknown' ELSE 'accepted' END, %(at)s, %(at)s, '', '', '', 1, '', 1
FROM generate_series(1, %(rows)s) n
"""
HITS = """
INSERT INTO campaigns_hit (kind, attempt_id, at, method, user_agent, decide_at, is_machine, machine_rule)
SELECT 'click', n, %(at)s, 'GET', '', %(at)s, CASE WHEN n %% 99 > 0 THEN false END, ''
FROM generate_series(1, %(rows)s) n
"""
FILLED = ("campaigns_enrolment", "campaigns_message", "channels_inboundrequest", "campaigns_attempt", "campaigns_hit")


@pytest.fixture
def crowd() -> Campaign:
    """A running campaign with many people and messages, half of which are queued, and with clicks.

    Where a table has been vacuumed while it was empty, PostgreSQL rightly scans it.
    """
    campaign = make_campaign(status="running")
    values = {"campaign": campaign.pk, "sender": make_sender().pk, "at": NOON, "rows": ROWS}
    with connection.cursor() as cursor:
        # The people, steps and senders that these rows name are not there, and nobody asks for them.
        for statement in (ENROLMENTS, MESSAGES, REQUESTS, ATTEMPTS, HITS):
            cursor.execute(statement, values)
        cursor.execute(f"ANALYZE {', '.join(FILLED)}")
    return campaign


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("ask", [operations_page, expose])
def test_no_hot_table_is_scanned(ask: object) -> None:
    with CaptureQueriesContext(connection) as captured:
        ask()
    questions = [query["sql"] for query in captured if query["sql"].lstrip().startswith(("SELECT", "WITH"))]
    assert len(questions) > 15
    scanned = {(table, question) for question in questions for table in _scanned(question)}
    assert [question for table, question in scanned if table.startswith(HOT)] == []


def _scanned(question: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {question}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    # Whether a default partition holds a row is known with the first one.
    yield from (table for table in SCAN.findall(plan) if not table.endswith("_default"))
