"""All campaigns that were launched in a period, with their figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.timezone import localdate, make_aware

from campaigns.models import Campaign, Installation
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import Summary, summaries

USUAL = timedelta(days=30)
_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the beginning of one day to the end of another, in the reader's time zone."""

    begins_on: date
    ends_on: date

    @classmethod
    def usual(cls) -> "Period":
        """The last thirty days, today included."""
        today = localdate()
        return cls(begins_on=today - USUAL, ends_on=today)

    @property
    def begins_at(self) -> datetime:
        """Its first instant."""
        return make_aware(datetime.combine(self.begins_on, time.min))

    @property
    def ends_before(self) -> datetime:
        """The first instant after it."""
        return make_aware(datetime.combine(self.ends_on + timedelta(days=1), time.min))


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What all campaigns of a list came to together."""

    campaigns: int
    audience: int
    engaged: int
    open: int
    cost: Decimal

    @classmethod
    def of(cls, lines: Sequence[tuple[Campaign, Summary]]) -> "Totals":
        """The sums over `lines`."""
        summed = [summary for _campaign, summary in lines]
        return cls(
            campaigns=len(summed),
            audience=sum(summary.audience for summary in summed),
            engaged=sum(summary.engaged for summary in summed),
            open=sum(summary.open for summary in summed),
            cost=sum((summary.cost for summary in summed), Decimal(0)),
        )


def launched_in(period: Period) -> QuerySet[Campaign]:
    """The campaigns launched in `period`, the latest first; one that is only scheduled is not launched."""
    waiting = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)
    rows = Campaign.objects.filter(launched_at__gte=period.begins_at, launched_at__lt=period.ends_before)
    return rows.exclude(status__in=waiting).order_by("-launched_at", "-pk")


def with_figures(campaigns: Sequence[Campaign]) -> Iterator[tuple[Campaign, Summary]]:
    """`campaigns`, each with its figures, read for many at once."""
    for begin in range(0, len(campaigns), _AT_ONCE):
        piece = campaigns[begin : begin + _AT_ONCE]
        figures = summaries([campaign.pk for campaign in piece])
        yield from ((campaign, figures[campaign.pk]) for campaign in piece)


def currency() -> str:
    """The currency that costs are told in."""
    return Installation.current().reporting_currency
