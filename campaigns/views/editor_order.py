"""The order of the steps in the editor: by a button, by the arrow keys, by dragging, by price."""

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from campaigns import drafting
from campaigns.asked_ids import read_id
from campaigns.chain_card import NO_NEWS, ChainNews
from campaigns.models import Campaign, Step
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import attempt, edits_draft, find_route, find_step, place_at, seen_by, show_card
from campaigns.views.editor_chain import told_of

UP, DOWN = -1, 1


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_move(request: SignedInRequest, campaign: Campaign, step_pk: int, direction: str) -> HttpResponse:
    """A step one place up or down."""
    step, by, seen = find_step(campaign, step_pk), UP if direction == "up" else DOWN, seen_by(request)
    is_done = attempt(request, campaign, lambda: drafting.move_step(campaign=campaign, step=step, by=by, seen=seen))
    news = _told_moved(step) if is_done else NO_NEWS
    return show_card(request, campaign, "chain", place=place_at(request, step.route), news=news)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def steps_arrange(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """The steps of a route as they were put by dragging: their ids in order, and which of them was `dragged`."""
    route, seen = find_route(campaign, route_pk), seen_by(request)
    # What is no id makes the order one that does not fit, which is told.
    order = [read_id(pk) for pk in request.POST.getlist("step")]
    is_done = attempt(
        request,
        campaign,
        lambda: drafting.arrange_steps(campaign=campaign, route=route, order=order, seen=seen),
    )
    dragged = request.POST.get("dragged", "")
    moved = [step for step in route.steps.select_related("sender") if str(step.pk) == dragged]
    news = next((_told_moved(step) for step in moved if is_done), NO_NEWS)
    return show_card(request, campaign, "chain", place=place_at(request, route), news=news)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def steps_order(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """The steps of a route in the order of their prices."""
    route, seen = find_route(campaign, route_pk), seen_by(request)
    is_done = attempt(request, campaign, lambda: drafting.order_by_price(campaign=campaign, route=route, seen=seen))
    said = gettext("The steps stand from the cheapest to the dearest now.") if is_done else ""
    return show_card(request, campaign, "chain", place=place_at(request, route), news=ChainNews(said=said))


def _told_moved(step: Step) -> ChainNews:
    return told_of(step, gettext("%(step)s is now step %(number)s of %(count)s."))
