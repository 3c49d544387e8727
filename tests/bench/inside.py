"""Many people inside a campaign at once: they were sent its first message, and wait for its window to close."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns.engine.stats import fold
from campaigns.models import Campaign, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import campaign_report
from tests.bench.crowd import AT_ONCE
from tests.factories import RoutePlan, StepPlan, make_campaign

# `decide_at` is SQL over a contact's row, of the measurements' own.
ENROL = """
INSERT INTO campaigns_enrolment (campaign_id, version_id, route_id, contact_id, entry_key, variant, data, language,
    step_position, next_at, created_at, outcome, ended_by, credit_step_key, is_late)
SELECT %(campaign)s, %(version)s, %(route)s, id, '', '', '{{}}', language, 0, {decide_at}, %(accepted_at)s,
    '', '', '', false
FROM campaigns_contact WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id
RETURNING id, contact_id, next_at
"""
SEND = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, sender_id, channel, status, skip_reason,
    hold_reason, created_at, queued_at, available_at, first_attempt_at, tries, sending_at, accepted_at,
    decide_at, sent_at, delivered_at, error_class, error_code, error_detail, fate, fate_reason, parts, cost)
SELECT %(campaign)s, id, %(step)s, %(sender)s, 'sms', 'accepted', '',
    '', %(accepted_at)s, %(accepted_at)s, %(accepted_at)s, %(accepted_at)s, 1, %(accepted_at)s, %(accepted_at)s,
    next_at, %(sent_at)s::timestamptz, %(delivered_at)s::timestamptz, '', '', '', '', '', 1, 0
FROM enrolled ORDER BY id
RETURNING id, enrolment_id
"""
# What stands in their links and the vendor's ids are made of their message's number: unique, as long as real ones, and
# as little in the order of time, so that an index has to take what comes anywhere.
ATTEMPT = """
INSERT INTO campaigns_attempt (message_id, campaign_id, step_id, account_id, sender_id, address_id, address_hash,
    entry_key, key, token, status, vendor_message_id, created_at, sending_at, answered_at, error_class, error_code,
    error_detail, parts, currency, rate)
SELECT sent.id, %(campaign)s, %(step)s, %(account)s, %(sender)s, a.id, a.value_hash,
    '', gen_random_uuid(), lpad(to_hex(sent.id * 11400714819 %% (1::bigint << 44)), 11, '0'), 'accepted',
    md5(sent.id::text), %(accepted_at)s, %(accepted_at)s, %(accepted_at)s, '', '', '', 1, '', 1
FROM sent JOIN enrolled ON enrolled.id = sent.enrolment_id
JOIN campaigns_address a ON a.contact_id = enrolled.contact_id AND a.kind = 'phone'
ORDER BY sent.id
RETURNING id, vendor_message_id, message_id
"""
# What a vendor of SMS tells of each message.
HAPPEN = """
INSERT INTO campaigns_event (message_created_at, campaign_id, enrolment_id, message_id, attempt_id, type, dedupe_key,
    occurred_at, recorded_at)
SELECT %(accepted_at)s, %(campaign)s, sent.enrolment_id, sent.id, attempted.id, v.type, md5(v.type || sent.id),
    v.at, v.at
FROM attempted JOIN sent ON sent.id = attempted.message_id
CROSS JOIN (VALUES ('sent', %(sent_at)s::timestamptz), ('delivered', %(delivered_at)s::timestamptz)) AS v (type, at)
WHERE v.at IS NOT NULL
ORDER BY sent.id, v.at
"""
REFER = """
INSERT INTO campaigns_vendorreference (account_id, vendor_message_id, attempt_id)
SELECT %(account)s, vendor_message_id, id FROM attempted
"""
SENT = f"WITH enrolled AS ({ENROL}), sent AS ({SEND}) SELECT count(*) FROM sent"
TABLES = ("campaigns_enrolment", "campaigns_message", "campaigns_attempt", "campaigns_vendorreference")
ATTEMPTED = f"WITH enrolled AS ({ENROL}), sent AS ({SEND}), attempted AS ({ATTEMPT}), happened AS ({HAPPEN}) {REFER}"
COUNT = """
INSERT INTO campaigns_stepdelta (campaign_id, version_id, step_key, route_id, variant, sender_id, language, hour,
    counter, value)
SELECT %(campaign)s, %(version)s, step_key, %(route)s, '', sender_id, language, date_trunc('hour', %(accepted_at)s),
    counter, people
FROM (SELECT language, count(*) AS people FROM campaigns_enrolment WHERE campaign_id = %(campaign)s GROUP BY language)
CROSS JOIN (
    VALUES ('', 0, 'audience') UNION ALL SELECT %(step_key)s, %(sender)s, unnest(%(counters)s::text[])
) AS counted (step_key, sender_id, counter)
"""
ACCEPTED = ["came", "accepted", "now_accepted"]
DELIVERED = ["delivered", "event_sent", "event_delivered"]


def running_campaign(steps: list[StepPlan], *, now: datetime, **fields: Any) -> Campaign:
    """A campaign that was launched an hour before `now`, its audience (to be put inside) enrolled."""
    launched_at = now - timedelta(hours=1)
    return make_campaign(
        routes=[RoutePlan(steps=steps)],
        status=CampaignStatus.RUNNING,
        launched_at=launched_at,
        enrolled_at=launched_at,
        **fields,
    )


def put_inside(
    campaign: Campaign, *, people: int, decide_at: str, has_attempts: bool = True, is_delivered: bool = False
) -> None:
    """Let the first `people` contacts wait at the first step of `campaign`, accepted when it was launched.

    `decide_at` is SQL over a contact's `id`: when their window closes. Without attempts nobody can click or report,
    which timers never look at. What is delivered has the vendor's two events. Raises AssertionError where the figures
    would not add up.
    """
    assert has_attempts or not is_delivered, "a vendor's events are about attempts"
    step = Step.objects.select_related("sender", "route").get(route__version=campaign.version, position=0)
    accepted_at = campaign.launched_at
    assert accepted_at is not None
    values = {
        "campaign": campaign.pk,
        "version": campaign.version_id,
        "route": step.route_id,
        "step": step.pk,
        "step_key": step.key,
        "sender": step.sender_id,
        "account": step.sender.account_id,
        "accepted_at": accepted_at,
        "sent_at": accepted_at + timedelta(seconds=5) if is_delivered else None,
        "delivered_at": accepted_at + timedelta(seconds=9) if is_delivered else None,
        "counters": ACCEPTED + DELIVERED if is_delivered else ACCEPTED,
    }
    statement = (ATTEMPTED if has_attempts else SENT).format(decide_at=decide_at)
    with connection.cursor() as cursor:
        for first in range(1, people + 1, AT_ONCE):
            cursor.execute(statement, {**values, "first": first, "last": min(first + AT_ONCE - 1, people)})
        cursor.execute(COUNT, values)
    while fold():
        pass
    problems = campaign_report(campaign.pk).problems()
    assert not problems, problems
