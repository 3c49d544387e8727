"""The routes of the chain in the editor: added, tried in another order, removed."""

from dataclasses import replace

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from campaigns import drafting
from campaigns.editor import Forms
from campaigns.forms.steps import RouteForm
from campaigns.models import Campaign
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import attempt, edits_draft, find_route, place_at, place_of, save, seen_by, show_card

UP, DOWN = -1, 1


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def route_add(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """A way of its own for a segment; its tab is opened."""
    form, added = RouteForm(request.POST, campaign=campaign), []
    if form.is_valid():
        given, seen = form.cleaned_data, seen_by(request)
        save(campaign, form, lambda: added.append(drafting.add_route(campaign=campaign, seen=seen, **given)))
    place = place_at(request, added[0]) if added else place_of(request)
    return show_card(request, campaign, "chain", place=place, forms=Forms(route=form if form.errors else None))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def route_move(request: SignedInRequest, campaign: Campaign, route_pk: int, direction: str) -> HttpResponse:
    """A route tried earlier or later."""
    route, by, seen = find_route(campaign, route_pk), UP if direction == "up" else DOWN, seen_by(request)
    attempt(request, campaign, lambda: drafting.move_route(campaign=campaign, route=route, by=by, seen=seen))
    return show_card(request, campaign, "chain", place=place_at(request, route))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def route_remove(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """A route less; the last tab is opened."""
    route, seen = find_route(campaign, route_pk), seen_by(request)
    attempt(request, campaign, lambda: drafting.remove_route(campaign=campaign, route=route, seen=seen))
    return show_card(request, campaign, "chain", place=replace(place_of(request), route_id=None))
