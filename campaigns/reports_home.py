"""What the overview shows: what runs, and what a new installation still lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from campaigns.models import Campaign, Contact, Segment
from campaigns.models.campaigns import CampaignStatus
from channels.models import Sender

_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class CampaignLine:
    """One campaign of the overview; `at` is when it started, or when it will."""

    pk: int
    name: str
    status: str
    status_label: str
    is_held: bool
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The campaigns that are alive or come next, and whether each thing that a first campaign needs is there."""

    campaigns: Sequence[CampaignLine]
    has_senders: bool
    has_contacts: bool
    has_segments: bool
    # Once one has been launched, the page no longer explains the way there.
    has_launched: bool


def overview() -> Overview:
    """The overview as it stands now, in five small queries."""
    return Overview(
        campaigns=[_line(campaign) for campaign in _alive_or_next()],
        has_senders=Sender.objects.usable().exists(),
        has_contacts=Contact.objects.exists(),
        has_segments=Segment.objects.present().exists(),
        has_launched=Campaign.objects.exclude(launched_at=None).exists(),
    )


def _alive_or_next() -> Iterable[Campaign]:
    shown = Q(status__in=[CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.SCHEDULED])
    return Campaign.objects.filter(shown, archived_at=None).order_by("-launched_at", "-id")[:_SHOWN]


def _line(campaign: Campaign) -> CampaignLine:
    return CampaignLine(
        pk=campaign.pk,
        name=campaign.name,
        status=campaign.status,
        status_label=campaign.get_status_display(),
        is_held=campaign.held_at is not None,
        at=campaign.launched_at or campaign.starts_at,
    )
