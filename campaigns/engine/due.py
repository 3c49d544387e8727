"""Which open enrolments somebody must look at: the urgent first, evenly between campaigns."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from campaigns.engine.deltas import Place
from campaigns.engine.sharing import share
from campaigns.models.consent import Purpose
from channels.rows import array, run

LOCK = """
SELECT step_position, id, campaign_id, version_id, route_id, contact_id, variant, language, next_at
FROM campaigns_enrolment
WHERE campaign_id = %s AND outcome = '' AND next_at <= %s AND id <> ALL(%s::bigint[])
ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
"""

# The campaigns with somebody inside, from one to the next along the index: what was finished years ago costs nothing.
ENTERED = """
RECURSIVE entered (campaign_id) AS (
    (SELECT campaign_id FROM campaigns_enrolment WHERE outcome = '' ORDER BY campaign_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT e.campaign_id FROM campaigns_enrolment e
        WHERE e.outcome = '' AND e.campaign_id > entered.campaign_id ORDER BY e.campaign_id LIMIT 1
    )
    FROM entered WHERE entered.campaign_id IS NOT NULL
)
"""
CAMPAIGNS = f"""
WITH {ENTERED}
SELECT c.id, c.purpose FROM entered JOIN campaigns_campaign c ON c.id = entered.campaign_id
WHERE (
    SELECT e.id FROM campaigns_enrolment e
    WHERE e.campaign_id = entered.campaign_id AND e.outcome = '' AND e.next_at <= %s ORDER BY e.next_at LIMIT 1
) IS NOT NULL
"""  # noqa: S608  a constant of ours


class Due(NamedTuple):
    """A locked, open enrolment that is due since `due_at`; one without a position is before its first step."""

    step_position: int | None
    pk: int
    campaign_id: int
    version_id: int
    route_id: int
    contact_id: int
    variant: str
    language: str
    due_at: datetime

    def place(self, step_key: str = "", sender_id: int | None = None) -> Place:
        """Where its figures stand, as a whole or those of a step with that sender."""
        return Place(
            self.campaign_id, self.version_id, step_key, self.route_id, self.variant, sender_id or 0, self.language
        )


def campaigns_with_due(now: datetime) -> list[tuple[int, str]]:
    """The campaigns that have somebody due at `now` (product time), whatever became of them: id and purpose."""
    return [(campaign_id, purpose) for campaign_id, purpose in run(CAMPAIGNS, [now])]


def lock_due(now: datetime, *, limit: int, is_urgent_only: bool = False) -> list[Due]:
    """Lock up to `limit` enrolments that are due at `now`, skipping those that another worker has.

    Transactional campaigns take what they need; the others share the rest evenly, so that a small campaign does not
    wait until everybody of a large one has been decided.
    """
    found = campaigns_with_due(now)
    urgent = [campaign_id for campaign_id, purpose in found if purpose == Purpose.TRANSACTIONAL]
    others = [campaign_id for campaign_id, purpose in found if purpose != Purpose.TRANSACTIONAL]

    def take(campaign_id: int, count: int, taken: Sequence[Due]) -> list[Due]:
        return [Due(*row) for row in run(LOCK, [campaign_id, now, array(one.pk for one in taken), count])]

    rows = share(dict.fromkeys(urgent, 1), limit, take)
    return rows if is_urgent_only else rows + share(dict.fromkeys(others, 1), limit - len(rows), take)
