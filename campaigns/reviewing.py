"""The review of a campaign as data: who, the chain in sentences, the texts, the price, what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns import blueprints, launch_checks, previews, routing, sentences
from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint
from campaigns.forecasting.budget import BudgetReach, reach_of
from campaigns.forecasting.crowd import Crowd
from campaigns.forecasting.forecast import Forecast, foretell
from campaigns.forecasting.planning import Calendar, plan
from campaigns.launch_checks import Problem
from campaigns.models import Campaign, Contact, Installation, Route
from campaigns.models.campaigns import CampaignKind
from campaigns.seen_rules import marks_of


@dataclass(frozen=True, kw_only=True)
class RouteReview:
    """A route: its `people` (None where there is no audience yet to count) and its chain in sentences."""

    route: Route
    people: int | None
    chain: str


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What to expect, for which every person has to be looked at: figures, moments, and how far the budget goes."""

    forecast: Forecast
    calendar: Calendar
    budget: BudgetReach


@dataclass(frozen=True, kw_only=True)
class Review:
    """Everything a person should know before launching. `people` is None where they come one by one.

    `expected` is None where there is nobody to count, and before they were counted. `rules` are the marks of the
    segments whose people were counted (`campaigns.seen_rules`).
    """

    campaign: Campaign
    people: int | None
    untracked: int
    routes: Sequence[RouteReview]
    looks: Sequence[previews.Look]
    expected: Expectation | None
    limits: Sequence[str]
    schedule: str
    problems: Sequence[Problem]
    rules: Sequence[str]

    @property
    def is_possible(self) -> bool:
        """May it be launched?"""
        return not any(problem.is_blocking for problem in self.problems)

    @property
    def blocking(self) -> list[Problem]:
        """What has to be mended first."""
        return [problem for problem in self.problems if problem.is_blocking]

    @property
    def warnings(self) -> list[Problem]:
        """What should be looked at."""
        return [problem for problem in self.problems if not problem.is_blocking]


def review(campaign: Campaign, *, person: Contact | None = None, has_figures: bool = True) -> Review:
    """The review of `campaign`, its texts as `person` would see them (None: somebody of whom nothing is known).

    Without `has_figures` it takes no longer with many people: what to expect, and what is wrong with whom steps reach,
    are left out.
    """
    blueprint = blueprints.load(campaign)
    people = _count(blueprint, has_figures=has_figures)
    crowd = people if isinstance(people, Crowd) else None
    currency = Installation.current().reporting_currency
    return Review(
        campaign=campaign,
        people=people.people if people else None,
        untracked=people.untracked if people else 0,
        routes=[_route(route, people) for route in blueprint.routes],
        looks=_looks(blueprint, person),
        expected=_expected(blueprint, crowd) if crowd and crowd.people else None,
        limits=sentences.limits(campaign, currency),
        schedule=sentences.schedule(campaign),
        problems=launch_checks.draft_problems(blueprint, crowd) if campaign.is_editable else (),
        rules=marks_of(campaign, blueprint.routes),
    )


def looks(campaign: Campaign, person: Contact | None) -> list[previews.Look]:
    """The message on each channel of the chains, as `person` would see it."""
    return _looks(blueprints.load(campaign), person)


def _count(blueprint: Blueprint, *, has_figures: bool) -> Crowd | routing.Division | None:
    """The people of a draft: without `has_figures` only who goes which way. None where there is nobody to count.

    Of a campaign that was launched the figures tell it.
    """
    if blueprint.campaign.kind != CampaignKind.ONCE or not blueprint.campaign.is_editable:
        return None
    if has_figures:
        return launch_checks.count_people(blueprint)
    try:
        division = routing.divide(blueprint.campaign, blueprint.routes)
    except InvalidRule:
        return None
    # Nobody is counted at once, which is worth knowing in any case.
    return division if division.people else launch_checks.count_people(blueprint)


def _expected(blueprint: Blueprint, crowd: Crowd) -> Expectation:
    forecast = foretell(blueprint, crowd)
    budget = reach_of(
        blueprint.campaign.budget, cost=forecast.cost, most=forecast.limits.highest, people=forecast.people
    )
    return Expectation(forecast=forecast, calendar=plan(blueprint, forecast), budget=budget)


def _route(route: Route, people: Crowd | routing.Division | None) -> RouteReview:
    number = people.on_route(route.pk) if people else None
    return RouteReview(route=route, people=number, chain=sentences.chain(list(route.steps.all())))


def _looks(blueprint: Blueprint, person: Contact | None) -> list[previews.Look]:
    """The message on each channel of the chains."""
    language = person.language if person else ""
    looks = (
        previews.look_at(blueprint, blueprint.texts.used_on(channel, language), channel=channel, person=person)
        for channel in blueprint.channels
    )
    return [look for look in looks if look]
