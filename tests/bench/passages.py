"""A campaign that people have gone through for ten days, with everything that happened to them, and its counters.

Everybody had one to three messages, and each message five events: sent, delivered, opened by a machine and by a
person, and a click where the person acted, else the machine once more. That is ten events for each who entered. Of
20,000 people one replied as well, to the first message.
"""

from datetime import datetime, timedelta

from django.db import connection

from campaigns.engine.stats import fold
from campaigns.models import Campaign, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import campaign_report
from channels.kinds import Channel
from tests.bench.filling import without_indexes
from tests.factories import RoutePlan, StepPlan, make_campaign

BEGAN_BEFORE = timedelta(days=12)
CHANNELS = (Channel.SMS, Channel.VIBER, Channel.VOICE)

# Of a hundred people: how many steps they came to, and how it ended ('' is not yet).
ENROL = """
INSERT INTO campaigns_enrolment (campaign_id, version_id, route_id, contact_id, entry_key, variant, data, language,
    step_position, next_at, created_at, ended_at, outcome, ended_by, credit_step_key, is_late)
SELECT %(campaign)s, %(version)s, %(route)s, c.id, '', '', '{}', c.language, p.steps - 1,
    CASE p.outcome WHEN '' THEN %(now)s::timestamptz + interval '10 days' END, entered_at,
    CASE p.outcome WHEN '' THEN NULL WHEN 'exhausted' THEN entered_at + p.steps * interval '6 hours'
        ELSE entered_at + (p.steps - 1) * interval '6 hours' + interval '1 hour' END,
    p.outcome, CASE p.outcome WHEN 'engaged' THEN 'clicked' WHEN 'exhausted' THEN 'chain_ended' ELSE '' END,
    CASE p.outcome WHEN 'engaged' THEN (%(keys)s::text[])[p.steps] ELSE '' END, false
FROM campaigns_contact c
JOIN (VALUES (0, 29, 1, 'engaged'), (30, 49, 2, 'engaged'), (50, 59, 3, 'engaged'), (60, 84, 3, 'exhausted'),
    (85, 94, 2, ''), (95, 99, 3, '')) AS p (first, last, steps, outcome) ON c.id %% 100 BETWEEN p.first AND p.last
CROSS JOIN LATERAL (SELECT %(began_at)s::timestamptz + (c.id * 7919 %% 864000) * interval '1 second' AS entered_at)
WHERE c.id <= %(people)s ORDER BY c.id
"""
SEND = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, sender_id, channel, status, skip_reason,
    hold_reason, created_at, queued_at, available_at, first_attempt_at, tries, sending_at, accepted_at, decide_at,
    sent_at, delivered_at, opened_at, machine_opened_at, clicked_at, replied_at, error_class, error_code, error_detail,
    fate, fate_reason, fate_at, parts, cost)
SELECT e.campaign_id, e.id, s.id, s.sender_id, s.channel, 'accepted', '',
    '', t.at, t.at, t.at, t.at, 1, t.at, t.at, COALESCE(f.fate_at, e.next_at),
    t.at + interval '5 seconds', t.at + interval '9 seconds', t.at + interval '30 minutes', t.at + interval '1 second',
    CASE f.fate WHEN 'engaged' THEN f.fate_at END,
    CASE WHEN e.contact_id %% 20000 = 0 AND s.position = 0 THEN t.at + interval '40 minutes' END, '', '', '',
    f.fate, f.reason, f.fate_at, 1, 0.01
FROM campaigns_enrolment e JOIN campaigns_step s ON s.route_id = e.route_id AND s.position <= e.step_position
CROSS JOIN LATERAL (SELECT e.created_at + s.position * interval '6 hours' AS at) t
CROSS JOIN LATERAL (SELECT
    CASE WHEN s.position < e.step_position THEN 'advanced' WHEN e.outcome = 'exhausted' THEN 'ended' ELSE e.outcome END,
    CASE WHEN s.position < e.step_position THEN 'timeout' ELSE e.ended_by END,
    CASE WHEN s.position < e.step_position THEN t.at + interval '6 hours' ELSE e.ended_at END) f (fate, reason, fate_at)
WHERE e.campaign_id = %(campaign)s ORDER BY e.id, s.position
"""
OF_CAMPAIGN = """
FROM campaigns_message m JOIN campaigns_enrolment e ON e.id = m.enrolment_id
WHERE e.campaign_id = %(campaign)s
"""
ATTEMPT = f"""
INSERT INTO campaigns_attempt (message_id, campaign_id, step_id, account_id, sender_id, address_id, address_hash,
    entry_key, key, token, status, vendor_message_id, created_at, sending_at, answered_at, error_class, error_code,
    error_detail, parts, price, currency, rate)
SELECT message_id, campaign_id, step_id, %(account)s, sender_id, a.id, a.value_hash,
    '', gen_random_uuid(), lpad(message_id::text, 11, '0'), 'accepted', 'vendor-' || message_id, at, at, at, '', '',
    '', 1, 0.01, 'USD', 1
FROM (
    SELECT m.id AS message_id, m.campaign_id, m.step_id, m.sender_id, m.sending_at AS at, e.contact_id {OF_CAMPAIGN}
) AS sent
JOIN campaigns_address a ON a.contact_id = sent.contact_id AND a.kind = 'phone'
ORDER BY message_id
"""
HAPPEN = f"""
INSERT INTO campaigns_event (message_created_at, campaign_id, enrolment_id, message_id, type, dedupe_key, occurred_at,
    recorded_at, is_machine, machine_rule)
SELECT created_at, campaign_id, enrolment_id, message_id, v.type, v.name, v.at, v.at, v.rule <> '', v.rule
FROM (SELECT m.*, m.id AS message_id {OF_CAMPAIGN}) AS sent
CROSS JOIN LATERAL (VALUES ('sent', 'sent', sent_at, ''), ('delivered', 'delivered', delivered_at, ''),
    ('opened', 'machine', machine_opened_at, 'too_soon'), ('opened', 'opened', opened_at, ''),
    ('clicked', 'clicked', clicked_at, ''), ('replied', 'replied', replied_at, ''),
    ('opened', 'again', CASE WHEN clicked_at IS NULL THEN machine_opened_at + interval '1 second' END, 'too_soon')
) AS v (type, name, at, rule)
WHERE v.at IS NOT NULL
ORDER BY created_at, message_id
"""
COUNT = """
INSERT INTO campaigns_stepdelta (campaign_id, version_id, step_key, route_id, variant, sender_id, language, hour,
    counter, value)
SELECT %(campaign)s, %(version)s, step_key, %(route)s, '', sender_id, language, date_trunc('hour', at),
    counter, sum(value)
FROM (
    SELECT '' AS step_key, 0::bigint AS sender_id, language, at, counter, 1::numeric AS value
    FROM campaigns_enrolment
    CROSS JOIN LATERAL (VALUES (created_at, 'audience'), (ended_at, 'outcome_' || outcome)) AS v (at, counter)
    WHERE campaign_id = %(campaign)s AND at IS NOT NULL
    UNION ALL
    SELECT s.key, m.sender_id, e.language, v.at, v.counter, v.value
    FROM campaigns_message m JOIN campaigns_enrolment e ON e.id = m.enrolment_id
    JOIN campaigns_step s ON s.id = m.step_id
    CROSS JOIN LATERAL (VALUES (m.created_at, 'came', 1), (fate_at, fate, 1), (accepted_at, 'accepted', 1),
        (accepted_at, 'now_accepted', 1), (fate_at, 'now_accepted', -1), (delivered_at, 'delivered', 1),
        (opened_at, 'opened', 1), (clicked_at, 'clicked', 1), (machine_opened_at, 'machine_opened', 1),
        (replied_at, 'replied', 1), (sending_at, 'cost', cost), (clicked_at, 'credit', 1)) AS v (at, counter, value)
    WHERE m.campaign_id = %(campaign)s AND v.at IS NOT NULL
    UNION ALL
    SELECT s.key, m.sender_id, e.language, v.recorded_at, 'event_' || v.type, 1
    FROM campaigns_event v JOIN campaigns_message m ON m.id = v.message_id
    JOIN campaigns_enrolment e ON e.id = m.enrolment_id JOIN campaigns_step s ON s.id = m.step_id
    WHERE v.campaign_id = %(campaign)s
) AS counted
GROUP BY step_key, sender_id, language, date_trunc('hour', at), counter
"""
TABLES = ("campaigns_enrolment", "campaigns_message", "campaigns_attempt", "campaigns_event")


def make_passages(people: int, *, now: datetime) -> Campaign:
    """A running campaign that the first `people` contacts have entered in the last twelve days.

    Raises AssertionError where its figures do not add up.
    """
    campaign = _campaign(now)
    steps = list(Step.objects.filter(route__version=campaign.version).order_by("position").select_related("sender"))
    values = {
        "campaign": campaign.pk,
        "version": campaign.version_id,
        "route": steps[0].route_id,
        "account": steps[0].sender.account_id,
        "keys": [step.key for step in steps],
        "people": people,
        "now": now,
        "began_at": campaign.launched_at,
    }
    with without_indexes(*TABLES), connection.cursor() as cursor:
        for statement in (ENROL, SEND, ATTEMPT, HAPPEN, COUNT):
            cursor.execute(statement, values)
    while fold():
        continue
    problems = campaign_report(campaign.pk).problems()
    assert not problems, problems
    return campaign


def _campaign(now: datetime) -> Campaign:
    steps = [StepPlan(channel=channel, timeout=timedelta(hours=6)) for channel in CHANNELS]
    began_at = now - BEGAN_BEFORE
    return make_campaign(
        routes=[RoutePlan(steps=steps)],
        status=CampaignStatus.RUNNING,
        launched_at=began_at,
        enrolled_at=began_at,
    )
