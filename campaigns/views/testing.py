"""Test sends: chosen, looked at, confirmed, and what became of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import blueprints
from campaigns.asked_ids import read_id
from campaigns.blueprints import Blueprint
from campaigns.engine import clock
from campaigns.models import Campaign, Contact, Route, Step, TestPerson, TestSend
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.previews import find_person
from campaigns.testing import people
from campaigns.testing.confirming import NotConfirmed, confirm
from campaigns.testing.outcomes import past_tests, results
from campaigns.testing.planning import make_plan
from campaigns.views.editing import find_campaign


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the page offers and what is chosen of it."""

    everybody: Sequence[TestPerson]
    people: Sequence[TestPerson]
    routes: Sequence[Route]
    steps: Sequence[Step]
    contact: Contact | None


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_test(request: SignedInRequest, pk: int) -> HttpResponse:
    """GET shows what the chosen test would send; POST sends exactly that, once."""
    campaign = find_campaign(pk)
    if campaign.is_over or campaign.archived_at:
        messages.warning(request, gettext("“%(name)s” is over, so nothing is sent for it.") % {"name": campaign})
        return redirect("campaign_watch", pk)
    blueprint = blueprints.load(campaign)
    choice = _choice(request, blueprint)
    plan = make_plan(blueprint, people=choice.people, steps=choice.steps, contact=choice.contact)
    refused = ""
    if request.method == "POST":
        try:
            test = confirm(
                plan=plan,
                blueprint=blueprint,
                key=_key(request.POST),
                seen=request.POST.get("seen", ""),
                by=request.user,
            )
        except NotConfirmed as error:
            refused = error.sentence
        else:
            return redirect("campaign_test_result", pk, test.pk)
    page = {
        "campaign": campaign,
        "choice": choice,
        "plan": plan,
        "refused": refused,
        "key": uuid.uuid4(),
        "seen": campaign.updated_at.isoformat(),
    }
    return render_partial(request, "testing/test.html", page, fragment="plan", status=422 if refused else 200)


@never_cache
@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_test_result(request: SignedInRequest, pk: int, test_pk: int) -> HttpResponse:
    """What became of each message; asked again while something may still come."""
    test = get_object_or_404(TestSend.objects.select_related("campaign", "sent_by"), pk=test_pk, campaign=pk)
    told = results(test, clock.real_now(), sees_addresses=can(request.user, Permission.VIEW_PEOPLE))
    page = {"campaign": test.campaign, "test": test, "results": told}
    return render_partial(request, "testing/results.html", page, fragment="results")


@never_cache
@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_tests(request: SignedInRequest, pk: int) -> HttpResponse:
    """The tests of a campaign so far, the latest first; asked again while something may still come of one."""
    campaign = find_campaign(pk)
    past = past_tests(
        campaign,
        clock.real_now(),
        sees_addresses=can(request.user, Permission.VIEW_PEOPLE),
        cursor=request.GET.get("cursor", ""),
    )
    page = {"campaign": campaign, "past": past, "page": past.page, "days_kept": settings.INBOUND_KEPT.days}
    return render_partial(request, "testing/tests.html", page, fragment="tests")


def _choice(request: SignedInRequest, blueprint: Blueprint) -> Choice:
    """What was chosen; on a first visit all steps of the open route that have a sender, for one's own addresses."""
    told = request.POST if request.method == "POST" else request.GET
    everybody, routes = people.everybody(), list(blueprint.routes)
    if "chosen" in told:
        chosen_people = [person for person in everybody if str(person.pk) in told.getlist("to")]
        steps = [step for step in blueprint.steps if str(step.pk) in told.getlist("step")]
    else:
        mine = [person for person in everybody if person.made_by_id == request.user.pk]
        chosen_people = mine or (everybody if len(everybody) == 1 else [])
        open_route = next((route for route in routes if str(route.pk) == told.get("at_route")), routes[-1])
        steps = [step for step in open_route.steps.all() if step.sender]
    return Choice(
        everybody=everybody,
        people=chosen_people,
        routes=routes,
        steps=steps,
        contact=_contact(request, told, blueprint.campaign),
    )


def _contact(request: SignedInRequest, told: QueryDict, campaign: Campaign) -> Contact | None:
    """Whose data fill the texts: the one of the preview, where this user may see people."""
    if not can(request.user, Permission.VIEW_PEOPLE):
        return None
    pk, after = (read_id(told.get(name, "")) for name in ("at_person", "after"))
    return find_person(campaign, pk=pk, after=after)


def _key(told: QueryDict) -> uuid.UUID:
    """The form's own key; a form that has none is as good as a new one."""
    try:
        return uuid.UUID(told.get("key", ""))
    except ValueError:
        return uuid.uuid4()
