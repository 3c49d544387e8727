"""What sending asks of a campaign: read with each claim, and no more of it than that."""

from datetime import datetime, time
from typing import NamedTuple

from campaigns.models.consent import Purpose
from channels.rows import run

# Whether the campaign `c` may send and has something queued for the sender: a probe of the index for each, and not a
# join over what is queued.
HAS_QUEUED = """
c.status = 'running' AND c.held_at IS NULL AND (c.purpose = 'transactional' OR NOT %(is_urgent_only)s) AND (
    SELECT m.id FROM campaigns_message m
    WHERE m.sender_id = {sender} AND m.campaign_id = c.id AND m.is_queued AND m.available_at <= %(now)s
    ORDER BY m.available_at, m.id LIMIT 1
) IS NOT NULL
"""
_SENDING = """
SELECT c.id, c.purpose, c.priority, c.quiet_from, c.quiet_until, c.cap_campaigns, c.cap_days, c.on_cap
FROM campaigns_campaign c WHERE {has_queued}
"""
SENDING = _SENDING.format(has_queued=HAS_QUEUED.format(sender="%(sender_id)s"))


class Terms(NamedTuple):
    """The limits that the messages of a campaign leave under, as they are now."""

    pk: int
    purpose: str
    priority: int
    quiet_from: time | None
    quiet_until: time | None
    cap_campaigns: int | None
    cap_days: int
    on_cap: str

    @property
    def is_urgent(self) -> bool:
        """Whether its messages go before all others."""
        return self.purpose == Purpose.TRANSACTIONAL


def terms_of_sending(sender_id: int, now: datetime, *, is_urgent_only: bool) -> list[Terms]:
    """The campaigns that may send now and have something queued for the sender that may leave at `now`.

    Where `is_urgent_only`, the transactional ones.
    """
    return [Terms(*row) for row in run(SENDING, {"sender_id": sender_id, "now": now, "is_urgent_only": is_urgent_only})]
