"""Routes of a draft: the first whose segment matches wins, the last is for everyone else."""

from datetime import datetime

from django.utils.translation import gettext

from campaigns.drafting.copying import copy_steps
from campaigns.drafting.opening import DraftRefused, check_there, opened, version_of
from campaigns.models import Campaign, Route, Segment


def add_route(*, campaign: Campaign, segment: Segment, is_copy: bool = True, seen: datetime | None = None) -> Route:
    """A route for `segment`, tried after those that are there and before everyone else.

    It starts with the steps of everyone else unless `is_copy` is False. Raises NotADraft,
    ChangedMeanwhile, and DraftRefused where the segment has a route already.
    """
    with opened(campaign, seen=seen) as draft:
        routes = version_of(draft).routes
        if routes.filter(segment=segment).exists():
            raise DraftRefused("segment", gettext("%(segment)s has a route already.") % {"segment": segment.name})
        default = routes.get(segment=None)
        added = Route.objects.create(version=version_of(draft), position=default.position + 1, segment=segment)
        _number([*routes.exclude(segment=None), default])
        if is_copy:
            copy_steps(source=default, target=added)
    return added


def remove_route(*, campaign: Campaign, route: Route, seen: datetime | None = None) -> None:
    """Remove the route of a segment, with its steps; its people go the next way that matches.

    Raises NotADraft, ChangedMeanwhile, and DraftRefused for the route of everyone else.
    """
    with opened(campaign, seen=seen) as draft:
        _refuse_default(route)
        version_of(draft).routes.filter(pk=route.pk).delete()
        _number(list(version_of(draft).routes.all()))


def move_route(*, campaign: Campaign, route: Route, by: int, seen: datetime | None = None) -> None:
    """Try the route of a segment earlier (`by` -1) or later (1); at the end of its way it stays where it is.

    Raises NotADraft, ChangedMeanwhile, and DraftRefused for one that was removed meanwhile, and for the route of
    everyone else, which is the last.
    """
    with opened(campaign, seen=seen) as draft:
        _refuse_default(route)
        check_there(draft, route)
        routes = list(version_of(draft).routes.exclude(segment=None))
        place = routes.index(route)
        routes.insert(max(0, place + by), routes.pop(place))
        _number([*routes, version_of(draft).routes.get(segment=None)])


def _refuse_default(route: Route) -> None:
    if route.segment_id is None:
        raise DraftRefused("route", gettext("The route for everyone else is always there, and always the last."))


def _number(routes: list[Route]) -> None:
    for position, route in enumerate(routes):
        route.position = position
    Route.objects.bulk_update(routes, ["position"])
