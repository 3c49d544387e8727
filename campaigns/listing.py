"""The list of campaigns: which ones, and their channels."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.models import Campaign, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.name_search import named
from campaigns.pagination import Page, page_of
from channels.kinds import Channel

ARCHIVED = "archived"
# What the first page tells of: what runs and what comes next.
ALIVE = "alive"
PAGE_SIZE = 25
_ALIVE = (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.SCHEDULED)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A campaign in the list, with the channels of its chains in the order of their steps."""

    campaign: Campaign
    channels: Sequence[Channel]


def find(*, words: str = "", status: str = "") -> QuerySet[Campaign]:
    """The campaigns whose name holds all `words`, with `status`: '' is every one, ARCHIVED those put away, or ALIVE."""
    found = Campaign.objects.select_related("segment").filter(archived_at__isnull=status != ARCHIVED)
    if status == ALIVE:
        found = found.filter(status__in=_ALIVE)
    elif status in CampaignStatus.values:
        found = found.filter(status=status)
    return found.filter(named(words))


def page(campaigns: QuerySet[Campaign], cursor: str = "") -> Page[Campaign]:
    """A page of `campaigns`, the latest first."""
    return page_of(campaigns, order_by=("-created_at", "-id"), cursor=cursor, size=PAGE_SIZE)


def lines(campaigns: Sequence[Campaign]) -> list[Line]:
    """`campaigns` with their channels, read in one query."""
    channels = _channels({campaign.version_id for campaign in campaigns})
    return [Line(campaign=campaign, channels=channels[campaign.version_id]) for campaign in campaigns]


def _channels(version_ids: Iterable[int | None]) -> dict[int | None, list[Channel]]:
    """By version, the channels of its routes, each once; the routes of segments come first."""
    steps = Step.objects.filter(route__version__in=[pk for pk in version_ids if pk]).order_by(
        "route__version", "route__position", "position"
    )
    found: dict[int | None, list[Channel]] = defaultdict(list)
    for version_id, channel in steps.values_list("route__version", "channel"):
        if channel not in found[version_id]:
            found[version_id].append(Channel(channel))
    return found
