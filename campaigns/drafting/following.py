"""A recipe followed: the steps of a route made as it says."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, count

from django.utils.translation import gettext, ngettext

from campaigns import conditions, prices, texts
from campaigns.audience import rules, segmenting
from campaigns.drafting.chains import signals, usual_wait
from campaigns.drafting.opening import DraftRefused, opened, version_of
from campaigns.drafting.recipes import Recipe, RecipeStep, SegmentPlan
from campaigns.drafting.routes import add_route
from campaigns.models import Campaign, Route, Segment, Step, User
from channels.kinds import Channel
from channels.models import Sender


def follow_recipe(
    *,
    campaign: Campaign,
    route: Route,
    recipe: Recipe,
    replacing: int,
    maker: User | None,
    seen: datetime | None = None,
) -> Route:
    """Fill `route`, or the route that the recipe has for its segment, with the steps of `recipe`; gives the route.

    `replacing` is how many steps the caller knows will go. `maker` makes the segment where there is none yet; None
    may not. Raises NotADraft, ChangedMeanwhile, Route.DoesNotExist, and DraftRefused where the route has another
    number of steps, the recipe comes to none, or the segment cannot be made.
    """
    with opened(campaign, seen=seen) as draft:
        routes = list(version_of(draft).routes.select_related("segment"))
        if route not in routes:
            raise Route.DoesNotExist
        target = target_of(routes, route, recipe) or _own_route(draft, recipe, maker)
        _check_replacing(target.steps.count(), replacing)
        steps = planned_steps(draft, recipe)
        if not steps:
            raise DraftRefused("recipe", gettext("No channel has a sender yet, so there is nothing to put in order."))
        target.steps.all().delete()
        for position, step in enumerate(steps):
            step.route, step.position = target, position
        Step.objects.bulk_create(steps)
    return target


def target_of(routes: Sequence[Route], route: Route, recipe: Recipe) -> Route | None:
    """The one of `routes` that `recipe` would fill: `route`, or that of its segment; None where there is none yet."""
    if recipe.segment is None:
        return route
    rule = _rule(recipe.segment)
    return next((each for each in routes if each.segment and each.segment.rule == rule), None)


def planned_steps(draft: Campaign, recipe: Recipe) -> list[Step]:
    """The steps that `recipe` would make now, in their order, not saved and without a route."""
    written, senders = texts.load(version_of(draft)), prices.cheapest_senders()
    steps = [_planned(written, part, channel, senders.get(channel)) for part, channel in recipe.chosen(senders)]
    return prices.in_price_order(steps) if recipe.is_by_price else steps


def _planned(written: texts.Texts, part: RecipeStep, channel: Channel, sender: Sender | None) -> Step:
    told = signals(written, channel, sender)
    possible = conditions.possible_conditions(told)
    return Step(
        channel=channel,
        sender=sender,
        condition=part.until if part.until in possible else conditions.default_condition(told),
        timeout=part.wait or usual_wait(channel),
        is_waking_time=part.is_waking_time,
    )


def _check_replacing(there: int, told: int) -> None:
    if there == told:
        return
    sentence = ngettext(
        "The route has %(count)s step by now. Choose the recipe again.",
        "The route has %(count)s steps by now. Choose the recipe again.",
        there,
    )
    raise DraftRefused("replacing", sentence % {"count": there})


def _own_route(draft: Campaign, recipe: Recipe, maker: User | None) -> Route:
    if recipe.segment is None:
        raise AssertionError("a recipe without a segment fills the route it is given")
    segment = Segment.objects.present().filter(rule=_rule(recipe.segment)).order_by("pk").first()
    segment = segment or _made(recipe.segment, maker)
    return add_route(campaign=draft, segment=segment, is_copy=False)


def _made(plan: SegmentPlan, maker: User | None) -> Segment:
    if maker is None:
        sentence = gettext("Ask somebody who makes segments for one called “%(name)s”.") % {"name": plan.name}
        raise DraftRefused("segment", sentence)
    names = chain([str(plan.name)], (f"{plan.name} {number}" for number in count(2)))
    free = next(name for name in names if not Segment.objects.filter(name=name).exists())
    segment = Segment(name=free)
    segmenting.save_segment(segment=segment, rule=rules.parse(plan.rule), by=maker)
    return segment


def _rule(plan: SegmentPlan) -> dict[str, object]:
    return rules.parse(plan.rule).model_dump(mode="json", by_alias=True)
