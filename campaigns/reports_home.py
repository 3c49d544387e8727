"""What the first page shows of campaigns: what runs and comes next, what is over, what a new installation lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from campaigns import listing
from campaigns.models import Campaign, Contact, Enrolment, Installation, Segment
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import Summary, summaries
from channels.models import Sender

# Of so many campaigns the page looks whether they need somebody; fewer are shown.
LOOKED_AT = 50
_SHOWN = 8
_OVER_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class CampaignLine:
    """A campaign of the page with its figures; `next_at`: when it starts, or when somebody's next turn is due."""

    campaign: Campaign
    summary: Summary
    next_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Alive:
    """The campaigns that run or come next: the first of them, and how many there are in all."""

    lines: Sequence[CampaignLine]
    total: int

    @property
    def shown(self) -> Sequence[CampaignLine]:
        """Those that the page lists."""
        return self.lines[:_SHOWN]

    @property
    def has_more(self) -> bool:
        """Has the list of campaigns some that the page has not?"""
        return self.total > len(self.shown)


@dataclass(frozen=True, kw_only=True)
class Way:
    """Whether each thing that a first campaign needs is there, or was when one was launched."""

    has_senders: bool
    has_contacts: bool
    has_segments: bool
    # Once one has been launched, the page no longer explains the way there.
    has_launched: bool


def way() -> Way:
    """How far this installation has come, in four small queries; in one where it has arrived."""
    if Campaign.objects.exclude(launched_at=None).exists():
        return Way(has_senders=True, has_contacts=True, has_segments=True, has_launched=True)
    return Way(
        has_senders=Sender.objects.usable().exists(),
        has_contacts=Contact.objects.exists(),
        has_segments=Segment.objects.present().exists(),
        has_launched=False,
    )


def alive() -> Alive:
    """What runs and what comes next, the latest first, in three queries."""
    found = listing.find(status=listing.ALIVE)
    due = Enrolment.objects.filter(campaign=OuterRef("pk"), outcome="").order_by("next_at").values("next_at")[:1]
    campaigns = list(
        found.select_related("budget_state")
        .annotate(due_at=Subquery(due))
        .order_by(Coalesce("launched_at", "starts_at").desc(nulls_last=True), "-pk")[:LOOKED_AT]
    )
    total = found.count() if len(campaigns) == LOOKED_AT else len(campaigns)
    figures = summaries([campaign.pk for campaign in campaigns])
    return Alive(
        lines=[
            CampaignLine(campaign=campaign, summary=figures[campaign.pk], next_at=_next_at(campaign))
            for campaign in campaigns
        ],
        total=total,
    )


def finished_lately() -> list[CampaignLine]:
    """The campaigns that ended last, with their figures, in two queries."""
    over = Campaign.objects.filter(status__in=[CampaignStatus.FINISHED, CampaignStatus.CANCELLED], archived_at=None)
    campaigns = list(over.exclude(ended_at=None).order_by("-ended_at", "-pk")[:_OVER_SHOWN])
    figures = summaries([campaign.pk for campaign in campaigns])
    return [CampaignLine(campaign=campaign, summary=figures[campaign.pk]) for campaign in campaigns]


def currency() -> str:
    """The currency that costs are told in."""
    return Installation.current().reporting_currency


def _next_at(campaign: Campaign) -> datetime | None:
    """Nothing is due while a pause or a hold lasts."""
    if campaign.status == CampaignStatus.SCHEDULED:
        return campaign.starts_at
    if campaign.status == CampaignStatus.PAUSED or campaign.held_at:
        return None
    due_at: datetime | None = campaign.due_at  # type: ignore[attr-defined]  # annotated in alive()
    return due_at
