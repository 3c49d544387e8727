"""Which campaigns are of a period, and what is counted of each in it: the one place that says so.

A campaign sent *once* is of the period in which it was launched, with everything it came to since. One that people
enter one by one (triggered, or by API) is of every period in which anything happened in it or somebody waited in it,
with what happened in its hours; docs/decisions/0061 says why. So whatever is split into periods, the parts add up to
the whole.

Totals and deltas are read in one statement, like those of one campaign (reports_counts.py).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.periods import Period
from campaigns.reports_figures import OPEN_BEFORE

# What reports of periods tell of. Anything of it makes something happen in a campaign.
COUNTERS = (
    Counter.AUDIENCE,
    Counter.ENGAGED,
    Counter.ENGAGED_AFTER_END,
    Counter.CREDIT,
    Counter.COST,
    Counter.CAME,
    Counter.ACCEPTED,
    Counter.DELIVERED,
    Counter.OPENED,
    Counter.CLICKED,
    Counter.LATE,
    Counter.FAILED,
    Counter.UNKNOWN,
    Counter.OPTED_OUT,
    *counters.OUTCOMES,
    *counters.SKIPPED,
)
# One that is only scheduled is not launched.
_NOT_LAUNCHED = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)

# Who was in the chain of a campaign when a span began, by route: whoever is now, less those who came since, and those
# who left since again.
_INSIDE = f"""
SELECT route_id, CASE counter WHEN '{Counter.AUDIENCE}' THEN value ELSE -value END AS people
FROM campaigns_steptotal
WHERE campaign_id = {{campaign}} AND counter = ANY(%(inside)s) AND step_key = ''
UNION ALL
SELECT route_id, CASE counter WHEN '{Counter.AUDIENCE}' THEN value ELSE -value END
FROM campaigns_stepdelta
WHERE campaign_id = {{campaign}} AND counter = ANY(%(inside)s) AND step_key = '' AND hour < {{begins_at}}
UNION ALL
SELECT route_id, CASE counter WHEN '{Counter.AUDIENCE}' THEN -value ELSE value END
FROM campaigns_stepstats
WHERE campaign_id = {{campaign}} AND counter = ANY(%(inside)s) AND step_key = '' AND hour >= {{begins_at}}
"""  # noqa: S608  names of counters of ours, values are parameters
# `picked`: the campaigns of each span, which is the period or the one before it (`is_now` or not). Nobody waits yet in
# one that begins later than now. What is asked first is found soonest.
PICKED = f"""
span AS MATERIALIZED (
    SELECT * FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[], %(are_now)s::boolean[])
        AS span (begins_at, ends_before, is_now)
), picked AS MATERIALIZED (
    SELECT campaign.id, campaign.name, campaign.segment_id, campaign.launched_at, campaign.kind = %(once)s AS is_once,
        span.begins_at, span.ends_before, span.is_now
    FROM campaigns_campaign AS campaign
    JOIN span ON campaign.launched_at < span.ends_before
        AND (campaign.kind <> %(once)s OR campaign.launched_at >= span.begins_at)
    WHERE campaign.status <> ALL(%(not_launched)s) AND (%(ids)s::bigint[] IS NULL OR campaign.id = ANY(%(ids)s)) AND (
        campaign.launched_at >= span.begins_at
        OR EXISTS (
            SELECT FROM campaigns_stepstats AS stats WHERE stats.campaign_id = campaign.id
                AND stats.counter = ANY(%(any)s) AND stats.hour >= span.begins_at AND stats.hour < span.ends_before
        )
        OR EXISTS (
            SELECT FROM campaigns_stepdelta AS delta WHERE delta.campaign_id = campaign.id
                AND delta.counter = ANY(%(any)s) AND delta.hour >= span.begins_at AND delta.hour < span.ends_before
        )
        OR span.begins_at <= cascade_now() AND (
            SELECT sum(people) FROM ({_INSIDE.format(campaign="campaign.id", begins_at="span.begins_at")}) AS inside
        ) > 0
    )
)
"""  # noqa: S608  texts of ours, values are parameters
# `counted`: what is counted of each, and `at` when: at its launch, or in its hour; and who was in the chain when the
# period began (open_before, of the period alone).
# Summed campaign by campaign (LATERAL), so that the planner does not read all hours that there ever were.
COUNTED = f"""
counted AS (
    SELECT picked.id AS campaign_id, is_now, launched_at AS at, route_id, step_key, counter, value
    FROM picked JOIN campaigns_steptotal AS total ON total.campaign_id = picked.id AND counter = ANY(%(counters)s)
    WHERE is_once
    UNION ALL
    SELECT picked.id, is_now, launched_at, route_id, step_key, counter, value
    FROM picked JOIN campaigns_stepdelta AS delta ON delta.campaign_id = picked.id AND counter = ANY(%(counters)s)
    WHERE is_once
    UNION ALL
    SELECT picked.id, is_now, hour, route_id, step_key, counter, value
    FROM picked CROSS JOIN LATERAL (
        SELECT hour, route_id, step_key, counter, sum(value) AS value FROM campaigns_stepstats
        WHERE campaign_id = picked.id AND counter = ANY(%(counters)s) AND hour >= begins_at AND hour < ends_before
        GROUP BY hour, route_id, step_key, counter
    ) AS stats
    WHERE NOT is_once
    UNION ALL
    SELECT picked.id, is_now, hour, route_id, step_key, counter, value
    FROM picked JOIN campaigns_stepdelta AS delta ON delta.campaign_id = picked.id AND counter = ANY(%(counters)s)
    WHERE NOT is_once AND hour >= begins_at AND hour < ends_before
    UNION ALL
    SELECT picked.id, is_now, NULL, route_id, '', '{OPEN_BEFORE}', people
    FROM picked CROSS JOIN LATERAL (
        SELECT route_id, sum(people) AS people
        FROM ({_INSIDE.format(campaign="picked.id", begins_at="begins_at")}) AS moved
        GROUP BY route_id
    ) AS inside
    WHERE is_now AND NOT is_once
)
"""  # noqa: S608  names of counters of ours, values are parameters


Asked = dict[str, Any]


def asked(
    period: Period,
    *,
    is_compared: bool = False,
    counters_read: Sequence[Counter | str] = COUNTERS,
    ids: Sequence[int] | None = None,
) -> Asked:
    """What PICKED and COUNTED want to know: of `period` (and of the one before), of all campaigns or of `ids`."""
    spans = {True: period, False: period.before} if is_compared else {True: period}
    begins: list[datetime] = [span.begins_at for span in spans.values()]
    ends: list[datetime] = [span.ends_before for span in spans.values()]
    return {
        "begins": begins,
        "ends": ends,
        "are_now": list(spans),
        "once": CampaignKind.ONCE.value,
        "not_launched": [status.value for status in _NOT_LAUNCHED],
        "ids": None if ids is None else list(ids),
        "any": _names(COUNTERS),
        "counters": _names(counters_read),
        "inside": _names((Counter.AUDIENCE, *counters.OUTCOMES)),
    }


def _names(wanted: Sequence[Counter | str]) -> list[str]:
    return [str(counter) for counter in wanted]
