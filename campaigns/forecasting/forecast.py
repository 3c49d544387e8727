"""What to expect of a draft: for each step and in all, how many people are reached and act, and what it costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import attrgetter

from campaigns import prices, sentences
from campaigns.blueprints import Blueprint
from campaigns.forecasting.chain import Passing, Stage, Way, go
from campaigns.forecasting.crowd import Crowd, Group, count_crowd
from campaigns.forecasting.history import History, Known, Source, load_history
from campaigns.forecasting.judged import judged
from campaigns.forecasting.ranges import NOTHING, Range, total
from campaigns.forecasting.sms_parts import ONE_PART, Parts, measure_parts
from campaigns.models import Campaign, Installation, Route, SkipReason, Step
from channels.kinds import Channel

_NOUGHT = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class StepForecast:
    """What to expect of a step. `people` are on its route, `reachable` those of them whom its channel reaches.

    `skips` says why it does not reach the others. `came` are all who come to it, `sent` whose message leaves, `acted`
    who then do what the step waits for. `parts` is what an SMS has on average, None where nobody charges by parts.
    """

    step: Step
    title: str
    people: int
    reachable: int
    skips: Mapping[SkipReason, int]
    came: Range
    sent: Range
    acted: Range
    cost: Range
    acting: Known
    parts: Parts | None

    @property
    def source(self) -> Source:
        """Where the share of those who act comes from."""
        return self.acting.source


@dataclass(frozen=True, kw_only=True)
class RouteForecast:
    """What to expect of a route."""

    route: Route
    people: int
    steps: Sequence[StepForecast]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """In `currency`: `least` if everybody acts at the first step that reaches them, `highest` if nobody acts at all.

    `unpriced` are the steps ("SMS from SHOP") whose price nobody has told for some whom they reach; it counts as free.
    """

    least: Decimal
    highest: Decimal
    currency: str
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What to expect of a campaign: of each route, and in all.

    `reached` are those who get a message at all, `sent` the messages, `limits` what it costs whatever people do.
    """

    people: int
    reachable: int
    routes: Sequence[RouteForecast]
    reached: Range
    sent: Range
    acted: Range
    cost: Range
    limits: Cost

    @property
    def steps(self) -> list[StepForecast]:
        """The steps of all routes."""
        return [step for route in self.routes for step in route.steps]


def foretell(blueprint: Blueprint, crowd: Crowd | None = None) -> Forecast:
    """What to expect of `blueprint` with the people of `crowd` (None: they are counted). Raises InvalidRule.

    It takes as many queries for many people, steps and routes as for few.
    """
    crowd = crowd or count_crowd(blueprint.campaign, blueprint.routes)
    return work_out(
        blueprint.routes,
        crowd,
        history=load_history(crowd.channels, purpose=blueprint.campaign.purpose),
        charges=load_charges(blueprint, crowd),
        untracked=blueprint.campaign.untracked,
    )


@dataclass(frozen=True, kw_only=True)
class Charges:
    """What messages cost: the prices of the senders, and the parts by channel. Amounts are in `currency`."""

    told: prices.PriceList
    parts: Mapping[str, Parts]
    currency: str

    def of(self, step: Step, group: Group) -> Decimal:
        """What one message of `step` costs for somebody of `group`; nothing where nobody has told a price."""
        each = self.told.of(step.sender, group.country) or _NOUGHT
        return each * self.parts.get(step.channel, ONE_PART).of(group.language)


def load_charges(blueprint: Blueprint, crowd: Crowd) -> Charges:
    """What messages of `blueprint` cost the people of `crowd`. Raises InvalidRule."""
    return Charges(
        told=prices.load_prices(step.sender for step in blueprint.steps),
        parts=measure_parts(blueprint, crowd),
        currency=Installation.current().reporting_currency,
    )


def cost_limits(routes: Sequence[Route], crowd: Crowd, charges: Charges) -> Cost:
    """What it costs at least and at most, whatever people do."""
    least = highest = _NOUGHT
    for route in routes:
        steps = list(route.steps.all())
        for group in crowd.of_route(route.pk):
            each = [charges.of(step, group) for step in steps if step.channel not in group.lacks]
            least += group.people * sum(each[:1], _NOUGHT)
            highest += group.people * sum(each, _NOUGHT)
    unpriced = tuple(dict.fromkeys(_unpriced(routes, crowd, charges.told)))
    return Cost(least=least, highest=highest, currency=charges.currency, unpriced=unpriced)


def _unpriced(routes: Sequence[Route], crowd: Crowd, told: prices.PriceList) -> Iterator[str]:
    """The steps that reach somebody for whom nobody has told the price."""
    for route in routes:
        groups = crowd.of_route(route.pk)
        for step in filter(attrgetter("sender"), route.steps.all()):
            countries = {group.country for group in groups if step.channel not in group.lacks}
            if any(told.of(step.sender, country) is None for country in countries):
                yield sentences.step_title(step)


def work_out(
    routes: Sequence[Route],
    crowd: Crowd,
    *,
    history: History,
    charges: Charges,
    untracked: str = Campaign.Untracked.ALL_STEPS,
) -> Forecast:
    """The forecast for `crowd` on `routes` by what `history` and `charges` tell; reads nothing from the database.

    `untracked` is what the campaign does with people of whom nobody can tell whether they act.
    """
    told = [_Walk(route, crowd, history, untracked).tell(charges) for route in routes]
    steps = [step for each in told for step in each.forecast.steps]
    return Forecast(
        people=crowd.people,
        reachable=crowd.reachable,
        routes=[each.forecast for each in told],
        reached=total(each.reached for each in told),
        sent=total(step.sent for step in steps),
        acted=total(each.acted for each in told),
        cost=total(step.cost for step in steps),
        limits=cost_limits(routes, crowd, charges),
    )


@dataclass(frozen=True, kw_only=True)
class _Told:
    forecast: RouteForecast
    reached: Range
    acted: Range


class _Walk:
    """Sends the people of a route along its chain, once to learn how many come, then with bounds that fit so many.

    Who may be tracked (True) and who may not (False) are not judged by the same.
    """

    def __init__(self, route: Route, crowd: Crowd, history: History, untracked: str) -> None:
        self.route, self.crowd = route, crowd
        self.steps = list(route.steps.all())
        self.groups = crowd.of_route(route.pk)
        self.judged = {
            is_trackable: [judged(step, history, is_trackable=is_trackable, untracked=untracked) for step in self.steps]
            for is_trackable in (True, False)
        }

    def tell(self, charges: Charges) -> _Told:
        """The route's forecast."""
        ways = self._ways(self._stages())
        return _Told(
            forecast=RouteForecast(
                route=self.route,
                people=sum(group.people for group in self.groups),
                steps=[self._step(position, ways, charges) for position in range(len(self.steps))],
            ),
            reached=total(way.reached.times(group.people) for group, way in ways),
            acted=total(way.acted.times(group.people) for group, way in ways),
        )

    def _stages(self) -> Mapping[bool, Sequence[Stage]]:
        """The shares of each step, with bounds for as many people as are expected there."""
        ways = self._ways({kind: [each.expected() for each in steps] for kind, steps in self.judged.items()})
        return {
            kind: [
                each.among(entered=_entered(ways, position), sent=_sent(ways, position, is_trackable=kind))
                for position, each in enumerate(steps)
            ]
            for kind, steps in self.judged.items()
        }

    def _ways(self, stages: Mapping[bool, Sequence[Stage]]) -> list[tuple[Group, Way]]:
        """Each group with its way; groups whom the same channels reach go the same."""

        @cache
        def way(is_trackable: bool, reached: tuple[bool, ...]) -> Way:
            return go(stages[is_trackable], reached)

        return [
            (group, way(group.is_trackable, tuple(step.channel not in group.lacks for step in self.steps)))
            for group in self.groups
        ]

    def _step(self, position: int, ways: Sequence[tuple[Group, Way]], charges: Charges) -> StepForecast:
        step = self.steps[position]
        passing: list[tuple[Group, Passing]] = [(group, way.steps[position]) for group, way in ways]
        return StepForecast(
            step=step,
            title=sentences.step_title(step),
            people=sum(group.people for group in self.groups),
            reachable=self.crowd.reached(step.channel, route_id=self.route.pk),
            skips=self.crowd.skips(step.channel, route_id=self.route.pk),
            came=total(each.came.times(group.people) for group, each in passing),
            sent=total(each.sent.times(group.people) for group, each in passing),
            acted=total(each.acted.times(group.people) for group, each in passing),
            cost=total(each.sent.times(group.people * charges.of(step, group)) for group, each in passing),
            acting=self.judged[True][position].acting,
            parts=charges.parts.get(Channel(step.channel).value),
        )


def _entered(ways: Sequence[tuple[Group, Way]], position: int) -> Decimal:
    """How many are expected to come to a step that reaches them."""
    expected = ((group, way.steps[position]) for group, way in ways)
    return sum((each.came.expected * group.people for group, each in expected if each.sent != NOTHING), _NOUGHT)


def _sent(ways: Sequence[tuple[Group, Way]], position: int, *, is_trackable: bool) -> Decimal:
    """How many of one kind are expected to get the message of a step."""
    expected = ((group, way.steps[position]) for group, way in ways if group.is_trackable == is_trackable)
    return sum((each.sent.expected * group.people for group, each in expected), _NOUGHT)
