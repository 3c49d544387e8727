"""What sending asks of a campaign: read with each claim, and no more of it than that."""

from datetime import datetime, time
from typing import NamedTuple

from campaigns.models.consent import Purpose
from channels.rows import run

# Those that have something queued for the sender, by a probe of the index each and not by a join over what is queued.
SENDING = """
SELECT c.id, c.purpose, c.quiet_from, c.quiet_until, c.cap_campaigns, c.cap_days, c.on_cap
FROM campaigns_campaign c
WHERE c.status = 'running' AND c.held_at IS NULL AND (c.purpose = 'transactional' OR NOT %s) AND (
    SELECT m.id FROM campaigns_message m
    WHERE m.sender_id = %s AND m.campaign_id = c.id AND m.is_queued AND m.available_at <= %s LIMIT 1
) IS NOT NULL
"""


class Terms(NamedTuple):
    """The limits that the messages of a campaign leave under, as they are now."""

    pk: int
    purpose: str
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
    return [Terms(*row) for row in run(SENDING, [is_urgent_only, sender_id, now])]
