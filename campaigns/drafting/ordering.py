"""The order of a route's steps, changed by one place, as a whole, or by their prices."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext

from campaigns import prices
from campaigns.drafting.opening import DraftRefused, check_there, opened
from campaigns.models import Campaign, Route, Step


def move_step(*, campaign: Campaign, step: Step, by: int, seen: datetime | None = None) -> None:
    """Move `step` up (`by` -1) or down (1) in its route; at the end of its way it stays where it is.

    Raises NotADraft, ChangedMeanwhile, and Step.DoesNotExist.
    """
    with opened(campaign, seen=seen) as draft:
        moved = of_draft(draft).get(pk=step.pk)
        steps = list(moved.route.steps.all())
        place = steps.index(moved)
        steps.insert(max(0, place + by), steps.pop(place))
        number(steps)


def arrange_steps(*, campaign: Campaign, route: Route, order: Sequence[int], seen: datetime | None = None) -> None:
    """Put the steps of `route` in `order`, their ids from the first to the last.

    Raises NotADraft, ChangedMeanwhile, and DraftRefused unless `order` names each step of the route once.
    """
    with opened(campaign, seen=seen) as draft:
        steps = {step.pk: step for step in of_draft(draft).filter(route=route)}
        if sorted(order) != sorted(steps):
            raise DraftRefused(
                "order", gettext("These are no longer the steps of this route. Look at it and try again.")
            )
        number([steps[pk] for pk in order])


def order_by_price(*, campaign: Campaign, route: Route, seen: datetime | None = None) -> None:
    """Put the steps of `route` in the order of their prices. Raises NotADraft, ChangedMeanwhile and DraftRefused."""
    with opened(campaign, seen=seen) as draft:
        check_there(draft, route)
        number(prices.in_price_order(list(route.steps.select_related("sender"))))


def of_draft(draft: Campaign) -> QuerySet[Step]:
    """The steps of the version that is being edited, in their order."""
    return Step.objects.filter(route__version=draft.version)


def number(steps: Sequence[Step]) -> None:
    """Let `steps`, all of one route, stand in this order."""
    for position, step in enumerate(steps):
        step.position = position
    Step.objects.bulk_update(steps, ["position"])
