"""Who of a draft's audience would go which way: the first route whose segment matches wins, the last is for the rest.

The rules are those that the segments have now; launching freezes them. The routes are told by the caller, who goes on
with the same ones: read again here, they might be others, changed meanwhile in the editor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, Q, Value, When

from campaigns.audience import rules
from campaigns.audience.reach import reachable_q
from campaigns.engine import clock
from campaigns.engine.waking import zone
from campaigns.models import Campaign, Installation, Route
from campaigns.models.contacts import ContactQuerySet


@dataclass(frozen=True, kw_only=True)
class Share:
    """`people` of one country on one route; `is_trackable` says whether their opens and clicks may be recorded."""

    route_id: int
    country: str
    is_trackable: bool
    people: int


@dataclass(frozen=True, kw_only=True)
class Division:
    """An audience divided among the routes, finely enough to say what it costs."""

    shares: Sequence[Share]

    @property
    def people(self) -> int:
        """Everybody in the audience."""
        return sum(share.people for share in self.shares)

    @property
    def untracked(self) -> int:
        """Those whose opens and clicks may not be recorded."""
        return sum(share.people for share in self.shares if not share.is_trackable)

    def on_route(self, route_id: int) -> int:
        """The people who would go this route."""
        return sum(share.people for share in self.shares if share.route_id == route_id)


def today() -> date:
    """The day by which ages and birthdays are reckoned: that of the installation's time zone."""
    return clock.now().astimezone(zone(Installation.current().time_zone)).date()


def audience(campaign: Campaign, day: date | None = None) -> ContactQuerySet:
    """The contacts whom the draft is for on `day` (None: today). Raises InvalidRule."""
    return rules.contacts_matching(campaign.segment.rule if campaign.segment else None, today=day or today())


def is_reached(campaign: Campaign, channel: str) -> bool:
    """Could anybody in the audience be messaged on `channel` now? Raises InvalidRule."""
    return audience(campaign).filter(reachable_q(channel, campaign.purpose)).exists()


def divide(campaign: Campaign, routes: Sequence[Route]) -> Division:
    """Divide the audience of `campaign` among `routes`, those of its version in order. Raises InvalidRule."""
    columns = ("route_id", "country", "is_trackable")
    rows = routed(campaign, routes).values(*columns).annotate(people=Count("pk")).order_by(*columns)
    return Division(shares=tuple(Share(**row) for row in rows))


def routed(campaign: Campaign, routes: Sequence[Route]) -> ContactQuerySet:
    """The audience, each contact with the `route_id` that the first matching route gives. Raises InvalidRule."""
    default = next(route.pk for route in routes if route.segment is None)
    day = today()
    cases = [When(_matches(route, day), then=Value(route.pk)) for route in routes if route.segment]
    return audience(campaign, day).annotate(route_id=Case(*cases, default=Value(default), output_field=IntegerField()))


def _matches(route: Route, day: date) -> Q:
    """Whom the segment of `route` selects; the route without one takes everybody."""
    return rules.as_q(rules.parse(route.segment.rule if route.segment else None), today=day)
