"""What was expected of a campaign beside what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from campaigns.forecasting.ranges import Range
from campaigns.forecasting.storing import StoredForecast, StoredStep
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignKind
from campaigns.reports import CampaignReport, RouteReport, StepReport


class Verdict(StrEnum):
    """Where an actual figure stands to what was expected."""

    # More may come, and it is not beyond the bounds.
    OPEN = "open"
    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """An `actual` figure beside what was `expected`."""

    expected: Range
    actual: Decimal
    verdict: Verdict

    @property
    def is_outside(self) -> bool:
        """Is it beyond the bounds?"""
        return self.verdict in {Verdict.BELOW, Verdict.ABOVE}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Messages that left, people who acted and cost, of a `step` or (None) in all."""

    sent: Beside
    acted: Beside
    cost: Beside
    step: StepReport | None = None
    route: RouteReport | None = None
    is_assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A forecast against the figures: in all, and for each step."""

    stored: StoredForecast
    whole: Line
    steps: Sequence[Line]
    people: int
    currency: str


def compare(campaign: Campaign, report: CampaignReport, stored: StoredForecast) -> Comparison:
    """What was `stored` for `campaign` beside the figures of `report`, those of the whole campaign."""
    is_done = campaign.is_over
    whole = Line(
        sent=beside(stored.sent.in_people(), report.sent, is_final=is_done),
        acted=beside(stored.acted.in_people(), report.audience.engaged, is_final=is_done),
        cost=beside(stored.cost, report.cost, is_final=is_done),
    )
    return Comparison(
        stored=stored,
        whole=whole,
        steps=list(_lines(campaign, report, stored)),
        people=report.audience.people,
        currency=report.currency,
    )


def beside(expected: Range, actual: Decimal | int, *, is_final: bool) -> Beside:
    """`actual` held against `expected`. What is not final may still grow, but no longer shrink."""
    figure = Decimal(actual)
    if figure > expected.highest:
        verdict = Verdict.ABOVE
    elif not is_final:
        verdict = Verdict.OPEN
    else:
        verdict = Verdict.BELOW if figure < expected.least else Verdict.WITHIN
    return Beside(expected=expected, actual=figure, verdict=verdict)


def _lines(campaign: Campaign, report: CampaignReport, stored: StoredForecast) -> Iterator[Line]:
    for route in report.routes:
        # Nobody can come to a step any more while nobody is before it.
        is_final = campaign.is_over or (_is_enrolled(campaign) and not route.between)
        for step in route.steps:
            is_final = is_final and not step.figures.waiting.total
            expected = stored.of_step(route.route_id, step.key)
            if expected:
                yield _line(expected, step, route, is_final=is_final or campaign.is_over)


def _is_enrolled(campaign: Campaign) -> bool:
    return campaign.kind == CampaignKind.ONCE and campaign.enrolled_at is not None


def _line(expected: StoredStep, step: StepReport, route: RouteReport, *, is_final: bool) -> Line:
    figures = step.figures
    return Line(
        sent=beside(expected.sent.in_people(), figures.accepted, is_final=is_final),
        acted=beside(expected.acted.in_people(), figures.engaged, is_final=is_final),
        cost=beside(expected.cost, figures.cost, is_final=is_final),
        step=step,
        route=route,
        is_assumed=expected.is_assumed,
    )
