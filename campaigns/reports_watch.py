"""What the page of a campaign shows, but for its words: figures, places of people, needs, and whether to ask again."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.models import Campaign, Outcome
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.reports import CampaignReport, RouteReport, StepReport, campaign_report
from campaigns.reports_needs import Need, needs_of
from campaigns.reports_part import WHOLE, Part
from channels import kinds

# What became of people, in the order of the page. A colour always means the same outcome.
OUTCOME_COLOURS = {
    Outcome.ENGAGED: "green",
    Outcome.EXHAUSTED: "secondary",
    Outcome.UNREACHABLE: "red",
    Outcome.SUPPRESSED: "pink",
    Outcome.FAILED: "red",
    Outcome.MISSED: "orange",
    Outcome.CANCELLED: "secondary",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where some of the audience are now: at a `step`, at an outcome, or (neither) before their next step.

    `route` is the one that alone has the step, where the campaign has several.
    """

    people: int
    figure: str
    colour: str
    step: StepReport | None = None
    route: RouteReport | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A campaign as its page shows it now: `shown` are the figures of `part`, and `report` those of everything."""

    campaign: Campaign
    report: CampaignReport
    part: Part
    shown: CampaignReport
    places: tuple[Place, ...]
    needs: tuple[Need, ...]

    @property
    def is_live(self) -> bool:
        """Can anything still change, so that the page asks again? What has been, does not."""
        return not self.campaign.is_over and self.part.until is None

    @property
    def is_enrolling(self) -> bool:
        """Is the audience still being enrolled?"""
        campaign = self.campaign
        is_launched = campaign.status in {CampaignStatus.RUNNING, CampaignStatus.PAUSED}
        return campaign.kind == CampaignKind.ONCE and is_launched and campaign.enrolled_at is None

    @property
    def to_send(self) -> int:
        """Those whose message waits to leave."""
        return sum(step.figures.waiting.to_send for step in self.report.steps)

    @property
    def digest(self) -> str:
        """Equal as long as the page would be the same, so that it is sent only when something has changed."""
        campaign = self.campaign
        state = (campaign.name, campaign.status, campaign.held_at, campaign.enrolled_at, campaign.budget)
        return hashlib.sha256(repr((state, self.report, self.shown, self.needs)).encode()).hexdigest()[:16]


def watch(campaign: Campaign, part: Part = WHOLE) -> Watch:
    """The page of `campaign` as it stands now, with the figures of `part` of it."""
    report = campaign_report(campaign.pk)
    shown = report if part.is_whole else campaign_report(campaign.pk, part)
    return Watch(
        campaign=campaign,
        report=report,
        part=part,
        shown=shown,
        places=tuple(place for place in _places(shown) if place.people),
        needs=tuple(needs_of(campaign, report)),
    )


def _places(report: CampaignReport) -> Iterator[Place]:
    """Everybody once: the sum is the audience."""
    yield _ended(report, Outcome.ENGAGED)
    yield Place(people=report.between, figure="between", colour="secondary")
    for found in _by_key(report).values():
        route, step = found[0]
        yield Place(
            people=sum(each.figures.waiting.total for _route, each in found),
            figure="waiting",
            colour=kinds.facts(step.channel).colour,
            step=step,
            route=route if len(found) == 1 < len(report.routes) else None,
        )
    yield from (_ended(report, outcome) for outcome in OUTCOME_COLOURS if outcome is not Outcome.ENGAGED)


def _by_key(report: CampaignReport) -> dict[str, list[tuple[RouteReport, StepReport]]]:
    """The steps by their keys, those that several routes share together."""
    found: dict[str, list[tuple[RouteReport, StepReport]]] = {}
    for route in report.routes:
        for step in route.steps:
            found.setdefault(step.key, []).append((route, step))
    return found


def _ended(report: CampaignReport, outcome: Outcome) -> Place:
    return Place(
        people=report.audience.ended_as(outcome),
        figure=f"outcome_{outcome.value}",
        colour=OUTCOME_COLOURS[outcome],
        outcome=outcome,
    )
