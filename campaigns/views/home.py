"""The overview, which everybody sees first."""

import hashlib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns.models import ContactImport, User
from campaigns.next_action import first_steps, next_action
from campaigns.permissions import Permission, SignedInRequest, can, requires, signed_in
from campaigns.reports_home import CampaignLine, alive, currency, finished_lately, way
from campaigns.reports_home_needs import needs_of_user
from campaigns.reports_week import this_week
from campaigns.sample.history import marks
from campaigns.sandbox_account import NoSandbox, use_sandbox


@never_cache
@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """What needs somebody, what runs and what happened; while the product is new, the way to a first campaign."""
    seen = way()
    steps = [] if seen.has_launched else first_steps(request.user, seen)
    may_see = can(request.user, Permission.VIEW_REPORTS)
    context = {
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "next_action": next_action(request.user, seen, steps),
        "has_launched": seen.has_launched,
        "may_see_campaigns": may_see,
        "finished": finished_lately() if may_see and seen.has_launched else [],
        "week": this_week() if may_see and "week" in request.GET else None,
        **_live(request.user),
        "history": marks.progress(),
    }
    return render(request, "home.html", context)


@never_cache
@require_safe
@signed_in
def home_live(request: SignedInRequest) -> HttpResponse:
    """What the page asks for while something goes on: nothing (204) if it would look as it did at `seen`."""
    context = _live(request.user)
    if request.GET.get("seen") == context["digest"]:
        return HttpResponse(status=204)
    return render(request, "home/live.html", context)


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def home_week(request: SignedInRequest) -> HttpResponse:
    """What happened in the last seven days, which the page asks for when it has been shown."""
    return render(request, "home/week.html", {"week": this_week(), "currency": currency()})


@require_POST
@requires(Permission.MANAGE_ACCOUNTS)
def sandbox_use(request: SignedInRequest) -> HttpResponse:
    """Start and connect this installation's sandbox. 404 where there can be none."""
    try:
        use_sandbox(by=request.user)
    except NoSandbox as no_sandbox:
        raise Http404 from no_sandbox
    messages.success(request, gettext("The sandbox is connected, with a sender on every channel. Nothing leaves it."))
    return redirect("home")


def _live(user: User) -> dict[str, Any]:
    """What changes by itself, with a digest that is equal as long as it would look the same."""
    may_see = can(user, Permission.VIEW_REPORTS)
    running = alive()
    needs = needs_of_user(user, running)
    rows = running.shown if may_see else []
    is_moving = bool(running.lines) or _is_importing()
    state = (needs, [_state(line) for line in rows], running.total, is_moving)
    return {
        "needs": needs,
        "lines": rows,
        "total": running.total if running.has_more else 0,
        "may_see_campaigns": may_see,
        "currency": currency(),
        "is_moving": is_moving,
        "digest": hashlib.sha256(repr(state).encode()).hexdigest()[:16],
    }


def _state(line: CampaignLine) -> tuple[object, ...]:
    campaign = line.campaign
    return (campaign.pk, campaign.name, campaign.status, campaign.held_at, line.summary, line.next_at)


def _is_importing() -> bool:
    moving = (ContactImport.State.QUEUED, ContactImport.State.RUNNING)
    return ContactImport.objects.filter(state__in=moving).exists()
