"""How people went through the steps to where they are: the links of a flow picture, from the figures alone.

The figures say how many came to a step, were skipped, stopped, waited or went on, and not who of them did what next.
So where several streams meet and part again, a junction stands between: each link is a figure or a sum of figures,
none is guessed, and what enters a node leaves it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from campaigns.models import Outcome
from campaigns.reports import CampaignReport, RouteReport, StepReport

Links = Mapping[tuple[str, str], int]


class NodeKind(StrEnum):
    """What a node stands for."""

    AUDIENCE = "audience"
    # Those for whom the step happens, and those who are skipped at it.
    STEP = "step"
    SKIPPED = "skipped"
    # Where streams meet and part again; without a name of its own.
    JUNCTION = "junction"
    # Those whom no further step has: what became of them is told behind it.
    LEFT = "left"
    # --- Where people are now.
    WAITING = "waiting"
    BETWEEN = "between"
    OUTCOME = "outcome"


@dataclass(frozen=True, kw_only=True)
class FlowNode:
    """A place that people pass or where they are.

    Steps at the same `position` (from 0) and of the same `channel` are one node; `steps` are (route id, step key). A
    junction is behind the step at its `position`.
    """

    key: str
    kind: NodeKind
    people: int = 0
    position: int | None = None
    channel: str = ""
    outcome: Outcome | None = None
    steps: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FlowLink:
    """So many people went from one node (its key) to another."""

    source: str
    target: str
    people: int


@dataclass(frozen=True, kw_only=True)
class FlowPicture:
    """The nodes in the order of the steps, and the links between them; both empty where nobody has entered."""

    nodes: tuple[FlowNode, ...]
    links: tuple[FlowLink, ...]


_AUDIENCE = NodeKind.AUDIENCE.value
_LEFT = NodeKind.LEFT.value
_WAITING = NodeKind.WAITING.value
_BETWEEN = NodeKind.BETWEEN.value


def flow_picture(report: CampaignReport) -> FlowPicture:
    """The flow of all routes of `report` together; of one route where the report has but that one.

    Empty where figures contradict each other, so that somebody would have gone backwards.
    """
    links: dict[tuple[str, str], int] = defaultdict(int)
    for source, target, people in _all(report):
        links[source, target] += people
    if any(people < 0 for people in links.values()):
        return FlowPicture(nodes=(), links=())
    shown: Links = {ends: people for ends, people in links.items() if people}
    for junction in [*_junctions(report), _LEFT]:
        shown = _without(shown, junction)
    return FlowPicture(
        nodes=tuple(_nodes(report, shown)),
        links=tuple(
            FlowLink(source=source, target=target, people=people) for (source, target), people in shown.items()
        ),
    )


def _all(report: CampaignReport) -> Iterator[tuple[str, str, int]]:
    """Every link before junctions that join nothing are taken out."""
    for route in report.routes:
        yield from _of_route(route)
    audience = report.audience
    yield _LEFT, _outcome(Outcome.ENGAGED), sum(route.audience.engaged_between for route in report.routes)
    yield _LEFT, _BETWEEN, report.between
    for outcome in Outcome:
        if outcome is not Outcome.ENGAGED:
            yield _LEFT, _outcome(outcome), audience.ended_as(outcome)


def _of_route(route: RouteReport) -> Iterator[tuple[str, str, int]]:
    here, people = _AUDIENCE, route.audience.people
    for step in route.steps:
        figures, node, skipped = step.figures, _step(step), _skipped(step)
        yield here, _LEFT, people - figures.came
        yield here, node, figures.entered
        yield here, skipped, figures.skipped
        yield node, _outcome(Outcome.ENGAGED), figures.engaged
        yield node, _WAITING, figures.waiting.total
        yield node, _LEFT, figures.ended
        here, people = _junction(route, step), figures.advanced + figures.skipped
        yield node, here, figures.advanced
        yield skipped, here, figures.skipped
    yield here, _LEFT, people


def _without(links: Links, junction: str) -> Links:
    """`links` with `junction` taken out, if all that enters it comes from one place or all that leaves goes to one."""
    sources = {source: people for (source, target), people in links.items() if target == junction}
    targets = {target: people for (source, target), people in links.items() if source == junction}
    if min(len(sources), len(targets)) > 1:
        return links
    joined = defaultdict(int, {ends: people for ends, people in links.items() if junction not in ends})
    for source, entering in sources.items():
        for target, leaving in targets.items():
            joined[source, target] += min(entering, leaving)
    return joined


def _nodes(report: CampaignReport, links: Links) -> Iterator[FlowNode]:
    people = _passing(links)
    return (replace(node, people=people[node.key]) for node in _places(report) if node.key in people)


def _places(report: CampaignReport) -> Iterator[FlowNode]:
    """Every node that there may be, in order, with nobody in it yet."""
    yield FlowNode(key=_AUDIENCE, kind=NodeKind.AUDIENCE)
    yield from sorted(_steps(report), key=lambda node: node.position or 0)
    for key, position in _junctions(report).items():
        yield FlowNode(key=key, kind=NodeKind.JUNCTION, position=position)
    for kind in (NodeKind.LEFT, NodeKind.WAITING, NodeKind.BETWEEN):
        yield FlowNode(key=kind.value, kind=kind)
    for outcome in Outcome:
        yield FlowNode(key=_outcome(outcome), kind=NodeKind.OUTCOME, outcome=outcome)


def _steps(report: CampaignReport) -> Iterator[FlowNode]:
    """For each step those for whom it happens and those who are skipped at it."""
    found: dict[str, FlowNode] = {}
    for route in report.routes:
        for step in route.steps:
            for key, kind, channel in (
                (_step(step), NodeKind.STEP, step.channel),
                (_skipped(step), NodeKind.SKIPPED, ""),
            ):
                node = found.get(key) or FlowNode(key=key, kind=kind, position=step.position, channel=channel)
                found[key] = replace(node, steps=(*node.steps, (route.route_id, step.key)))
    yield from found.values()


def _passing(links: Links) -> Mapping[str, int]:
    """How many enter each node, or leave it where nobody enters."""
    entering: dict[str, int] = defaultdict(int)
    leaving: dict[str, int] = defaultdict(int)
    for (source, target), people in links.items():
        leaving[source] += people
        entering[target] += people
    return {**leaving, **entering}


def _junctions(report: CampaignReport) -> Mapping[str, int]:
    """The junctions behind the steps, with the position of the step."""
    return {_junction(route, step): step.position for route in report.routes for step in route.steps}


def _step(step: StepReport) -> str:
    return f"step-{step.position}-{step.channel}"


def _skipped(step: StepReport) -> str:
    return f"skipped-{step.position}"


def _junction(route: RouteReport, step: StepReport) -> str:
    return f"junction-{route.route_id}-{step.position}"


def _outcome(outcome: Outcome) -> str:
    return f"outcome-{outcome.value}"
