"""Recipes in the editor: a chain to start from. The question before steps are replaced is a state of the page."""

from functools import partial

from django.http import Http404, HttpResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns import drafting
from campaigns.asked_ids import read_id
from campaigns.chain_card import NO_NEWS, ChainNews
from campaigns.drafting.recipes import find_recipe
from campaigns.models import Campaign, Route, User
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.removed_steps import forget_route
from campaigns.views.editing import attempt, edits_draft, find_route, place_at, seen_by, show_card


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def recipe_follow(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """The steps of a recipe in place of so many steps as the page has told."""
    route, recipe, filled = find_route(campaign, route_pk), find_recipe(request.POST.get("recipe", "")), []
    if recipe is None:
        raise Http404
    follow = partial(drafting.follow_recipe, campaign=campaign, route=route, recipe=recipe)
    replacing, maker, seen = _replacing(request), _maker(request), seen_by(request)
    attempt(request, campaign, lambda: filled.append(follow(replacing=replacing, maker=maker, seen=seen)))
    news = NO_NEWS
    for route in filled:
        forget_route(request.session, route.pk)
        news = _news(route, str(recipe.name))
    return show_card(request, campaign, "chain", place=place_at(request, route), news=news)


def _replacing(request: SignedInRequest) -> int:
    return read_id(request.POST.get("replacing", ""))


def _maker(request: SignedInRequest) -> User | None:
    return request.user if can(request.user, Permission.MANAGE_CONTACTS) else None


def _news(target: Route, name: str) -> ChainNews:
    ids = list(target.steps.values_list("pk", flat=True))
    sentence = ngettext("“%(recipe)s” made %(count)s step.", "“%(recipe)s” made %(count)s steps.", len(ids))
    return ChainNews(said=sentence % {"recipe": name, "count": len(ids)}, step_id=ids[0])
