"""What to expect of a draft: how many people go which way, whom each step can reach, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns import launch_checks
from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint
from campaigns.forecasting.crowd import count_crowd
from campaigns.forecasting.forecast import Cost, cost_limits, load_charges
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
    cost: Cost
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
    crowd = count_crowd(blueprint.campaign, blueprint.routes)
    return Outlook(
        people=crowd.people,
        reachable=crowd.reachable,
        untracked=crowd.untracked,
        by_route={each.pk: crowd.on_route(each.pk) for each in blueprint.routes},
        by_step={step.pk: crowd.reached(step.channel, route_id=route.pk) for step in route.steps.all()},
        cost=cost_limits(blueprint.routes, crowd, load_charges(blueprint, crowd)),
        problems=tuple(launch_checks.people_problems(blueprint, crowd)),
    )
