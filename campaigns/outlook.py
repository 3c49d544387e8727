"""What to expect of a draft: how many people go which way, whom each step can reach, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns import forecast, launch_checks, routing
from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint
from campaigns.launch_checks import Problem
from campaigns.models import Route
from campaigns.models.campaigns import CampaignKind


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The audience of a draft in figures. `by_route` and `by_step` go by ids; `by_step` is for one route.

    `reachable` counts those who can be messaged on at least one channel of the chains.
    """

    people: int
    reachable: int
    untracked: int
    by_route: Mapping[int, int]
    by_step: Mapping[int, int]
    cost: forecast.Cost
    problems: tuple[Problem, ...]


def look_ahead(blueprint: Blueprint, route: Route) -> Outlook | None:
    """The figures of `blueprint`, those of the steps for `route`; None where there is no audience to count.

    People who come by API are not there yet, and a segment whose rule is broken selects nobody.
    """
    if blueprint.campaign.kind != CampaignKind.ONCE:
        return None
    try:
        return _count(blueprint, route)
    except InvalidRule:
        return None


def _count(blueprint: Blueprint, route: Route) -> Outlook:
    campaign = blueprint.campaign
    division = routing.divide(campaign, blueprint.routes)
    steps = list(route.steps.all())
    reach = routing.reach(campaign, blueprint.routes, route, {step.channel for step in steps})
    return Outlook(
        people=division.people,
        reachable=routing.reach_anywhere(campaign, blueprint.channels),
        untracked=division.untracked,
        by_route={each.pk: division.on_route(each.pk) for each in blueprint.routes},
        by_step={step.pk: reach[step.channel] for step in steps},
        cost=forecast.cost(blueprint, division),
        problems=tuple(launch_checks.people_problems(blueprint)),
    )
