"""A campaign with everything that its checks and pages read of it, loaded once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns import texts
from campaigns.drafting.opening import version_of
from campaigns.engine import clock
from campaigns.models import Campaign, CampaignVersion, Route, Step
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """`campaign`, its routes with their steps and senders, its texts, and the time `now` (aware) to judge it by."""

    campaign: Campaign
    version: CampaignVersion
    routes: Sequence[Route]
    texts: texts.Texts
    now: datetime

    @property
    def steps(self) -> Iterator[Step]:
        """The steps of all routes."""
        return (step for route in self.routes for step in route.steps.all())

    @property
    def channels(self) -> list[Channel]:
        """The channels of the chains, each once, in the order of the steps."""
        return list(dict.fromkeys(Channel(step.channel) for step in self.steps))


def load(campaign: Campaign) -> Blueprint:
    """`campaign` as the checks and the pages read it, in a handful of queries."""
    version = version_of(campaign)
    routes = version.routes.select_related("segment").prefetch_related("steps__sender__account")
    return Blueprint(
        campaign=campaign, version=version, routes=list(routes), texts=texts.load(version), now=clock.now()
    )
