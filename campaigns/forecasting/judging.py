"""How good the forecasts of this installation have been: how often what came lay within what was expected."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from campaigns.forecasting.comparing import Comparison, Line, Verdict, compare
from campaigns.forecasting.storing import stored_for
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import campaign_report


class Kind(StrEnum):
    """What was foretold, and by what."""

    CAMPAIGN = "campaigns by their own history"
    ASSUMED_CAMPAIGN = "campaigns with a step that was assumed"
    STEP = "steps by their own history"
    ASSUMED_STEP = "steps that were assumed"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Of a `figure` ("sent", "acted", "cost") of one `kind`: how many came out `within` the bounds, and beyond."""

    kind: Kind
    figure: str
    within: int
    below: int
    above: int

    @property
    def number(self) -> int:
        """How many were foretold."""
        return self.within + self.below + self.above

    @property
    def share(self) -> float:
        """The share that came out within the bounds."""
        return self.within / self.number


FIGURES = ("sent", "acted", "cost")


def judge() -> list[Judgement]:
    """The forecasts that were kept at the launch of finished campaigns, against their figures; reads each in turn."""
    counted: defaultdict[tuple[Kind, str], Counter[Verdict]] = defaultdict(Counter)
    finished = Campaign.objects.filter(status=CampaignStatus.FINISHED, launch_forecast__isnull=False)
    for campaign in finished.order_by("pk").iterator():
        if stored := stored_for(campaign):
            for kind, line in _lines(compare(campaign, campaign_report(campaign.pk), stored)):
                for figure in FIGURES:
                    counted[kind, figure][getattr(line, figure).verdict] += 1
    return [
        _judgement(kind, figure, counted[kind, figure]) for kind in Kind for figure in FIGURES if counted[kind, figure]
    ]


def _lines(found: Comparison) -> Iterator[tuple[Kind, Line]]:
    is_assumed = any(step.is_assumed for step in found.stored.steps)
    yield Kind.ASSUMED_CAMPAIGN if is_assumed else Kind.CAMPAIGN, found.whole
    for line in found.steps:
        yield Kind.ASSUMED_STEP if line.is_assumed else Kind.STEP, line


def _judgement(kind: Kind, figure: str, counted: Mapping[Verdict, int]) -> Judgement:
    return Judgement(
        kind=kind,
        figure=figure,
        within=counted[Verdict.WITHIN],
        below=counted[Verdict.BELOW],
        above=counted[Verdict.ABOVE],
    )
