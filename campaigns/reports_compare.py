"""Two campaigns side by side: the same figures of each, as they stand, or as they stood at the same age."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from campaigns.models import Campaign
from campaigns.reports import CampaignReport, StepReport, campaign_report
from campaigns.reports_counts import NOUGHT
from campaigns.reports_part import WHOLE, Part
from campaigns.reports_saving import Saving, saving_of
from channels.kinds import Channel

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class ChannelFigures:
    """What a channel came to over all steps of a campaign; `credit` are those who acted upon its messages."""

    entered: int
    sent: int
    credit: int
    late: int
    cost: Decimal

    @property
    def each(self) -> Decimal | None:
        """What each person who acted upon it has cost; None where nobody has."""
        return self.cost / self.credit if self.credit else None


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the campaigns, with its figures. `until` is the moment that they are of; None is now."""

    campaign: Campaign
    until: datetime | None
    report: CampaignReport
    saving: Saving | None

    def figures_of(self, channel: str) -> ChannelFigures | None:
        """What `channel` came to; None where the campaign does not use it."""
        steps = [step for step in self.report.steps if step.channel == channel]
        return _added(steps) if steps else None


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """A channel and what it came to in each campaign."""

    channel: Channel
    figures: tuple[ChannelFigures | None, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The campaigns in the order in which they were asked for."""

    sides: tuple[Side, ...]

    @property
    def currency(self) -> str:
        """The installation's reporting currency, which all amounts are in."""
        return self.sides[0].report.currency

    @property
    def channels(self) -> Iterator[ChannelLine]:
        """Every channel that any of them uses, in the usual order."""
        used = {step.channel for side in self.sides for step in side.report.steps}
        for channel in Channel:
            if channel in used:
                yield ChannelLine(channel=channel, figures=tuple(side.figures_of(channel) for side in self.sides))


def compare(campaigns: Iterable[Campaign]) -> Comparison:
    """`campaigns` as they stand now."""
    return Comparison(sides=tuple(_side(campaign, WHOLE) for campaign in campaigns))


def compare_at_same_age(campaigns: Iterable[Campaign], now: datetime) -> Comparison:
    """`campaigns`, each as it stood when it was as old as the youngest is `now`, in whole hours, one at the least.

    Counters know no minutes: the hour under way is left out of all alike, and what was launched between two hours
    stands as at the nearest. What has not been launched stands as it is.
    """
    campaigns = list(campaigns)
    ages = [_age(campaign, now) for campaign in campaigns if campaign.launched_at]
    age = max(min(ages, default=_HOUR) // _HOUR * _HOUR, _HOUR)
    return Comparison(sides=tuple(_side(campaign, _part_at(campaign, age)) for campaign in campaigns))


def _age(campaign: Campaign, now: datetime) -> timedelta:
    return now - (campaign.launched_at or now)


def _part_at(campaign: Campaign, age: timedelta) -> Part:
    return Part(until=_nearest_hour(campaign.launched_at + age)) if campaign.launched_at else WHOLE


def _nearest_hour(at: datetime) -> datetime:
    return (at + _HOUR / 2).replace(minute=0, second=0, microsecond=0)


def _side(campaign: Campaign, part: Part) -> Side:
    report = campaign_report(campaign.pk, part)
    return Side(campaign=campaign, until=part.until, report=report, saving=saving_of(report))


def _added(steps: list[StepReport]) -> ChannelFigures:
    figures = [step.figures for step in steps]
    return ChannelFigures(
        entered=sum(each.entered for each in figures),
        sent=sum(each.accepted for each in figures),
        credit=sum(each.credit for each in figures),
        late=sum(each.late for each in figures),
        cost=sum((each.cost for each in figures), NOUGHT),
    )
