"""The numbers on the pages: what a campaign came to, step by step.

Every page, export and API answer about a campaign reads its figures here, so they cannot differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from campaigns import texts as texts_of
from campaigns.conditions import possible_conditions, signals_of
from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Installation, Route, Step
from campaigns.reports_counts import NOUGHT, CampaignCounts, read_counts
from campaigns.reports_figures import Audience, StepFigures
from campaigns.reports_part import WHOLE, Part, read_part
from campaigns.texts import Texts
from channels.kinds import Channel
from channels.models import Sender

# What a Summary is made of.
SUMMARY = (
    Counter.AUDIENCE,
    Counter.COST,
    Counter.CREDIT,
    Counter.ENGAGED,
    Counter.ENGAGED_AFTER_END,
    *counters.OUTCOMES,
)


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """A step and its figures. `sender` is None where a step has none (yet).

    `told` are the signals (Condition values) that somebody would tell of: the vendor, or a link or picture of ours.
    """

    step_id: int
    key: str
    position: int
    channel: str
    condition: str
    timeout: timedelta
    sender: Sender | None
    told: tuple[str, ...]
    figures: StepFigures

    @property
    def title(self) -> str:
        """Channel and sender: "SMS · SHOP"."""
        channel = str(Channel(self.channel).label)
        return f"{channel} · {self.sender.name}" if self.sender else channel


@dataclass(frozen=True, kw_only=True)
class RouteReport:
    """A route, how its people stand, and its steps in order. `segment` is '' for everyone else."""

    route_id: int
    version: int
    segment: str
    audience: Audience
    steps: tuple[StepReport, ...]

    @property
    def between(self) -> int:
        """Those who are open and wait at no step: their next one has not begun."""
        return self.audience.open - sum(step.figures.waiting.total for step in self.steps)

    @property
    def cost(self) -> Decimal:
        """What the messages of all its steps have cost."""
        return sum((step.figures.cost for step in self.steps), NOUGHT)

    @property
    def cost_per_engaged(self) -> Decimal | None:
        """What each person who acted has cost; None while nobody has."""
        return self.cost / self.audience.engaged if self.audience.engaged else None

    def problems(self) -> Iterator[str]:
        """The sums that do not hold on this route."""
        engaged = sum(step.figures.engaged for step in self.steps) + self.audience.engaged_between
        credit = sum(step.figures.credit for step in self.steps) + self.audience.credit_before_any
        for name, total in (("engaged", engaged), ("credit", credit)):
            if total != self.audience.engaged:
                yield f"{name} over the steps is {total}, the route's engaged is {self.audience.engaged}"
        if self.between < 0:
            yield f"{self.audience.open} are open, but {-self.between} more wait at the steps"
        yield from self.audience.problems()
        for step in self.steps:
            yield from (f"step {step.key}: {problem}" for problem in step.figures.problems())


@dataclass(frozen=True, kw_only=True)
class CampaignReport:
    """All figures of one campaign. Money is in `currency`, the installation's reporting currency."""

    campaign_id: int
    audience: Audience
    routes: tuple[RouteReport, ...]
    cost: Decimal
    unknown: int
    failed: int
    machine_opened: int
    machine_clicked: int
    currency: str

    @property
    def steps(self) -> Iterator[StepReport]:
        """The steps of all routes."""
        return (step for route in self.routes for step in route.steps)

    @property
    def between(self) -> int:
        """Those who are open and wait at no step: their next one has not begun."""
        return sum(route.between for route in self.routes)

    @property
    def sent(self) -> int:
        """The messages that vendors have accepted."""
        return sum(step.figures.accepted for step in self.steps)

    @property
    def late(self) -> int:
        """Those who acted upon a message when a later step had begun: they may have been contacted twice."""
        return sum(step.figures.late for step in self.steps)

    @property
    def cost_per_engaged(self) -> Decimal | None:
        """What each person who acted has cost; None while nobody has."""
        return self.cost / self.audience.engaged if self.audience.engaged else None

    def problems(self) -> list[str]:
        """The sums of DESIGN §3.10 that do not hold; empty when the figures add up."""
        found = [f"route {route.route_id}: {problem}" for route in self.routes for problem in route.problems()]
        for name, total, whole in (
            ("audience", sum(route.audience.people for route in self.routes), self.audience.people),
            ("cost", sum((step.figures.cost for step in self.steps), NOUGHT), self.cost),
            ("unknown", sum(step.figures.unknown for step in self.steps), self.unknown),
        ):
            if total != whole:
                found.append(f"{name} over the routes is {total}, the campaign's is {whole}")
        return found


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A campaign in a list: how its people stand, and what it has cost."""

    people: Audience
    cost: Decimal

    @classmethod
    def of(cls, counts: CampaignCounts) -> "Summary":
        """Read from a campaign's counters."""
        return cls(people=Audience.of(counts.overall()), cost=counts.everywhere().amount(Counter.COST))

    @property
    def audience(self) -> int:
        """Everybody who entered."""
        return self.people.people

    @property
    def engaged(self) -> int:
        """Those who acted."""
        return self.people.engaged

    @property
    def open(self) -> int:
        """Those still in the chain."""
        return self.people.open

    @property
    def cost_per_engaged(self) -> Decimal | None:
        """What each person who acted has cost; None while nobody has."""
        return self.cost / self.engaged if self.engaged else None


def campaign_report(campaign_id: int, part: Part = WHOLE) -> CampaignReport:
    """The figures of a campaign, or of a `part` of it, as they stand now. Raises Campaign.DoesNotExist."""
    campaign = Campaign.objects.get(pk=campaign_id)
    counts = read_part(campaign_id, part)
    everywhere = counts.everywhere()
    return CampaignReport(
        campaign_id=campaign_id,
        audience=Audience.of(counts.overall()),
        routes=tuple(route for route in _route_reports(campaign, counts) if part.route_id in {None, route.route_id}),
        cost=everywhere.amount(Counter.COST),
        unknown=everywhere.people(Counter.UNKNOWN),
        failed=everywhere.people(Counter.FAILED),
        machine_opened=everywhere.people(Counter.MACHINE_OPENED),
        machine_clicked=everywhere.people(Counter.MACHINE_CLICKED),
        currency=Installation.current().reporting_currency,
    )


def summaries(campaign_ids: Sequence[int]) -> dict[int, Summary]:
    """The headline figures of many campaigns in one statement; noughts for one that nothing was counted of."""
    counted = read_counts(campaign_ids, counters=SUMMARY)
    return {campaign_id: Summary.of(counts) for campaign_id, counts in counted.items()}


def _route_reports(campaign: Campaign, counts: CampaignCounts) -> tuple[RouteReport, ...]:
    routes = list(_routes(campaign, counts))
    versions = {route.version_id: route.version for route in routes}
    texts = {version_id: texts_of.load(version) for version_id, version in versions.items()}
    return tuple(_route_report(route, counts, texts[route.version_id]) for route in routes)


def _routes(campaign: Campaign, counts: CampaignCounts) -> QuerySet[Route]:
    """The routes of the version in force, and those of earlier versions that people are or were on."""
    steps = Prefetch("steps", Step.objects.select_related("sender__account").order_by("position"))
    wanted = Q(version_id=campaign.version_id) | Q(pk__in=counts.route_ids)
    routes = Route.objects.filter(wanted, version__campaign=campaign).select_related("version", "segment")
    return routes.prefetch_related(steps).order_by("-version__number", "position")


def _route_report(route: Route, counts: CampaignCounts, texts: Texts) -> RouteReport:
    return RouteReport(
        route_id=route.pk,
        version=route.version.number,
        segment=route.segment.name if route.segment else "",
        audience=Audience.of(counts.of_route(route.pk)),
        steps=tuple(_step_report(step, counts, texts) for step in route.steps.all()),
    )


def _step_report(step: Step, counts: CampaignCounts, texts: Texts) -> StepReport:
    has_link = texts.has_link(step.channel)
    signals = signals_of(channel=step.channel, sender=step.sender, has_link=has_link)
    return StepReport(
        step_id=step.pk,
        key=step.key,
        position=step.position,
        channel=step.channel,
        condition=step.condition,
        timeout=step.timeout,
        sender=step.sender,
        told=possible_conditions(signals),
        figures=StepFigures.of(counts.of_step(step.route_id, step.key)),
    )
