"""The chain in the editor: steps and routes, each button a post of its own."""

from dataclasses import replace

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from campaigns import drafting
from campaigns.editor import Forms, Place
from campaigns.editor_steps import StepForms
from campaigns.forms.steps import NewStepForm, RouteForm, StepForm, TimeoutForm
from campaigns.models import Campaign, Route
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.texts import load
from campaigns.views.editing import (
    attempt,
    edits_draft,
    find_route,
    find_step,
    place_of,
    save,
    seen_by,
    show_card,
)

UP, DOWN = -1, 1


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_add(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """One more step, on the channel whose button was pressed."""
    route, form = find_route(campaign, route_pk), NewStepForm(request.POST)
    if form.is_valid():
        channel, seen = form.cleaned_data["channel"], seen_by(request)
        attempt(
            request,
            campaign,
            lambda: drafting.add_step(campaign=campaign, route=route, channel=channel, seen=seen),
        )
    return show_card(request, campaign, "chain", place=_at(request, route))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_save(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """Sender and success condition of a step."""
    step = find_step(campaign, step_pk)
    written = load(step.route.version)
    form = StepForm(request.POST, step=step, has_link=written.is_empty or written.has_link(step.channel))
    if form.is_valid():
        given, seen = form.cleaned_data, seen_by(request)
        save(campaign, form, lambda: drafting.change_step(campaign=campaign, step=step, seen=seen, **given))
    forms = Forms(steps=StepForms(senders={step.pk: form} if form.errors else {}))
    return show_card(request, campaign, "chain", place=_at(request, step.route), forms=forms)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def timeout_save(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """How long a step waits."""
    step = find_step(campaign, step_pk)
    form = TimeoutForm(request.POST, step=step)
    if form.is_valid():
        wait = {name: form.cleaned_data[name] for name in ("timeout", "is_waking_time")}
        seen = seen_by(request)
        save(campaign, form, lambda: drafting.set_timeout(campaign=campaign, step=step, seen=seen, **wait))
    forms = Forms(steps=StepForms(timeouts={step.pk: form} if form.errors else {}))
    return show_card(request, campaign, "chain", place=_at(request, step.route), forms=forms)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_move(request: SignedInRequest, campaign: Campaign, step_pk: int, direction: str) -> HttpResponse:
    """A step one place up or down."""
    step, by, seen = find_step(campaign, step_pk), UP if direction == "up" else DOWN, seen_by(request)
    attempt(request, campaign, lambda: drafting.move_step(campaign=campaign, step=step, by=by, seen=seen))
    return show_card(request, campaign, "chain", place=_at(request, step.route))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_remove(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """A step less."""
    step, seen = find_step(campaign, step_pk), seen_by(request)
    attempt(request, campaign, lambda: drafting.remove_step(campaign=campaign, step=step, seen=seen))
    return show_card(request, campaign, "chain", place=_at(request, step.route))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def steps_order(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """The steps of a route in the order of their prices."""
    route, seen = find_route(campaign, route_pk), seen_by(request)
    attempt(request, campaign, lambda: drafting.order_by_price(campaign=campaign, route=route, seen=seen))
    return show_card(request, campaign, "chain", place=_at(request, route))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def route_add(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """A way of its own for a segment; its tab is opened."""
    form, added = RouteForm(request.POST, campaign=campaign), []
    if form.is_valid():
        given, seen = form.cleaned_data, seen_by(request)
        save(campaign, form, lambda: added.append(drafting.add_route(campaign=campaign, seen=seen, **given)))
    place = _at(request, added[0]) if added else place_of(request)
    return show_card(request, campaign, "chain", place=place, forms=Forms(route=form if form.errors else None))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def route_move(request: SignedInRequest, campaign: Campaign, route_pk: int, direction: str) -> HttpResponse:
    """A route tried earlier or later."""
    route, by, seen = find_route(campaign, route_pk), UP if direction == "up" else DOWN, seen_by(request)
    attempt(request, campaign, lambda: drafting.move_route(campaign=campaign, route=route, by=by, seen=seen))
    return show_card(request, campaign, "chain", place=_at(request, route))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def route_remove(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """A route less; the last tab is opened."""
    route, seen = find_route(campaign, route_pk), seen_by(request)
    attempt(request, campaign, lambda: drafting.remove_route(campaign=campaign, route=route, seen=seen))
    return show_card(request, campaign, "chain", place=replace(place_of(request), route_id=None))


def _at(request: SignedInRequest, route: Route) -> Place:
    return replace(place_of(request), route_id=route.pk)
