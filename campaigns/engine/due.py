"""Which open enrolments somebody must look at: the urgent first, evenly between campaigns."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet

from campaigns.engine.rows import array, run
from campaigns.engine.sharing import share
from campaigns.lookups import first_of
from campaigns.models import Campaign, Enrolment
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import Purpose

LOCK = """
SELECT step_position, id, campaign_id, version_id, route_id, contact_id, variant, language, next_at
FROM campaigns_enrolment
WHERE campaign_id = %s AND outcome = '' AND next_at <= %s AND id <> ALL(%s::bigint[])
ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
"""

# Nobody has entered these yet. Of a finished campaign there may be somebody: who entered while it was finished.
_UNENTERED = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)


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


def campaigns_with_due(now: datetime) -> "QuerySet[Campaign]":
    """The campaigns that have somebody due at `now` (product time), each found by one index look-up."""
    due = Enrolment.objects.open().filter(campaign=OuterRef("pk"), next_at__lte=now)
    return Campaign.objects.exclude(status__in=_UNENTERED).alias(somebody=first_of(due)).filter(somebody__isnull=False)


def lock_due(now: datetime, *, limit: int, is_urgent_only: bool = False) -> list[Due]:
    """Lock up to `limit` enrolments that are due at `now`, skipping those that another worker has.

    Transactional campaigns take what they need; the others share the rest evenly, so that a small campaign does not
    wait until everybody of a large one has been decided.
    """
    found = campaigns_with_due(now).values_list("id", "purpose")
    urgent = [campaign_id for campaign_id, purpose in found if purpose == Purpose.TRANSACTIONAL]
    others = [campaign_id for campaign_id, purpose in found if purpose != Purpose.TRANSACTIONAL]

    def take(campaign_id: int, count: int, taken: Sequence[Due]) -> list[Due]:
        return [Due(*row) for row in run(LOCK, [campaign_id, now, array(one.pk for one in taken), count])]

    rows = share(urgent, limit, take)
    return rows if is_urgent_only else rows + share(others, limit - len(rows), take)
