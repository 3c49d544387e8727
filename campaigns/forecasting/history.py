"""What came of the steps of this installation's own finished campaigns: the source of rates that are not assumed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.forecasting.assumptions import ACCEPTED, ENOUGH_PEOPLE, USUAL_SPREAD, assumed_rate
from campaigns.forecasting.rates import Rate, Tally, rate_of
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import Purpose

# What was long ago tells less, and nobody wants to read the totals of a thousand campaigns.
_LATEST = 50
# So many campaigns are named on the page.
_NAMED = 3

# Entered are those who came and were not skipped; engaged those who stopped at the step.
_STATEMENT = """
WITH latest AS (
    SELECT id, name, ended_at FROM campaigns_campaign WHERE status = %s AND purpose = %s
    ORDER BY ended_at DESC NULLS LAST, id DESC LIMIT %s
)
SELECT latest.id, latest.name, s.channel, s.condition,
    COALESCE(sum(t.value) FILTER (WHERE t.counter = %s), 0)
        - COALESCE(sum(t.value) FILTER (WHERE t.counter = ANY(%s)), 0),
    COALESCE(sum(t.value) FILTER (WHERE t.counter = %s), 0),
    COALESCE(sum(t.value) FILTER (WHERE t.counter = %s), 0)
FROM latest
JOIN campaigns_campaignversion v ON v.campaign_id = latest.id
JOIN campaigns_route r ON r.version_id = v.id
JOIN campaigns_step s ON s.route_id = r.id
JOIN campaigns_steptotal t ON t.campaign_id = latest.id AND t.route_id = r.id AND t.step_key = s.key
WHERE s.channel = ANY(%s)
GROUP BY latest.id, latest.name, latest.ended_at, s.channel, s.condition
ORDER BY latest.ended_at DESC NULLS LAST, latest.id DESC
"""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a rate comes from: `people` of so many `campaigns` of this installation, some of them by `names`.

    Without campaigns it is assumed.
    """

    campaigns: int = 0
    people: int = 0
    names: tuple[str, ...] = ()

    @property
    def is_assumed(self) -> bool:
        """Is it the product's assumption, for want of a history?"""
        return not self.campaigns


@dataclass(frozen=True, kw_only=True)
class Known:
    """A rate and where it comes from."""

    rate: Rate
    source: Source


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What came of one campaign's steps on one channel with one condition.

    Vendors took the messages of `accepted` of those who `entered`; `engaged` are the people who stopped there.
    """

    campaign_id: int
    campaign: str
    channel: str
    condition: str
    entered: int
    accepted: int
    engaged: int


@dataclass(frozen=True, kw_only=True)
class History:
    """The passages of finished campaigns, the latest first."""

    passages: Sequence[Passage] = field(default_factory=tuple)

    def acting(self, channel: str, condition: str) -> Known:
        """The share of people who got a message on `channel` and did what `condition` says before the next step."""
        found = [each for each in self.passages if (each.channel, each.condition) == (channel, condition)]
        return _known([(each, Tally(each.accepted, each.engaged)) for each in found], assumed_rate(channel, condition))

    def accepting(self, channel: str) -> Known:
        """The share of messages on `channel` that vendors accept."""
        found = [each for each in self.passages if each.channel == channel]
        return _known([(each, Tally(each.entered, each.accepted)) for each in found], ACCEPTED)


def load_history(channels: Collection[str], *, purpose: str) -> History:
    """The history of campaigns for `purpose` on `channels`, in one statement."""
    values: list[Any] = [
        CampaignStatus.FINISHED.value,
        Purpose(purpose).value,
        _LATEST,
        Counter.CAME.value,
        list(counters.SKIPPED),
        Counter.ACCEPTED.value,
        Counter.ENGAGED.value,
        list(channels),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        return History(
            passages=tuple(
                Passage(
                    campaign_id=campaign_id,
                    campaign=name,
                    channel=channel,
                    condition=condition,
                    entered=int(entered),
                    accepted=int(accepted),
                    engaged=int(engaged),
                )
                for campaign_id, name, channel, condition, entered, accepted, engaged in cursor.fetchall()
            )
        )


def _known(told: Iterable[tuple[Passage, Tally]], otherwise: Rate) -> Known:
    """The rate that the passages tell, those of a campaign together; `otherwise` where they are of too few people."""
    names: dict[int, str] = {}
    tallies: dict[int, Tally] = {}
    for passage, tally in told:
        if tally.people:
            before = tallies.get(passage.campaign_id, Tally(0, 0))
            names[passage.campaign_id] = passage.campaign
            tallies[passage.campaign_id] = Tally(before.people + tally.people, before.did + tally.did)
    people = sum(tally.people for tally in tallies.values())
    if people < ENOUGH_PEOPLE:
        return Known(rate=otherwise, source=Source())
    source = Source(campaigns=len(tallies), people=people, names=tuple(names.values())[:_NAMED])
    return Known(rate=rate_of(list(tallies.values()), usual_spread=USUAL_SPREAD), source=source)
