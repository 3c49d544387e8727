"""Drafts, and how their chains and routes stand."""

from campaigns.models import Campaign, Route
from channels.kinds import Channel
from tests.factories import RoutePlan, StepPlan, make_campaign


def draft(*channels: Channel) -> Campaign:
    """A draft whose default route has a step on each of `channels`."""
    return make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=channel) for channel in channels])])


def default_route(campaign: Campaign) -> Route:
    """The route for everyone else."""
    return Route.objects.get(version=campaign.version_id, segment=None)


def chain(route: Route) -> list[str]:
    """The channels of a route in their order."""
    steps = list(route.steps.order_by("position"))
    assert [step.position for step in steps] == list(range(len(steps)))
    return [step.channel for step in steps]


def ways(campaign: Campaign) -> list[str]:
    """The segments of the routes in the order they are tried, '' for everyone else."""
    routes = Route.objects.filter(version=campaign.version_id).order_by("position")
    assert [route.position for route in routes] == list(range(len(routes)))
    return [route.segment.name if route.segment else "" for route in routes]
