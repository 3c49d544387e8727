"""The editor of a draft: its page, its audience, its limits and schedule."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from campaigns import drafting
from campaigns.chain_card import load_chain
from campaigns.editor import Forms, load_editor
from campaigns.forms.campaigns import AudienceForm
from campaigns.forms.schedule import LimitsForm, ScheduleForm
from campaigns.languages import spoken_by
from campaigns.models import Campaign
from campaigns.outlook import look_ahead
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.views.editing import edits_draft, place_of, save, seen_by, show_card
from campaigns.views.looking import found_people, look_for
from campaigns.views.seeing import sees_campaigns


@require_safe
@sees_campaigns
@edits_draft
def campaign_editor(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """The editor; for htmx only the message or the chain, when another tab of it is opened.

    Whoever may only look is led to the review, which says the same without forms.
    """
    if not campaign.is_editable or not can(request.user, Permission.MANAGE_CAMPAIGNS):
        return redirect("campaign_review", campaign.pk)
    place = place_of(request)
    editor = load_editor(campaign, place)
    page = {
        "campaign": campaign,
        "editor": editor,
        "chain": load_chain(editor, session=request.session, recipe_key=request.GET.get("recipe", "")),
        "look": look_for(request, editor.blueprint, place),
        "found": found_people(request),
        "is_tab": request.htmx.target == "message",
        "sought": request.GET.get("sought", ""),
        "languages": spoken_by(editor.blueprint, place) if "languages" in request.GET else None,
        "outlook": look_ahead(editor.blueprint, editor.route) if "people" in request.GET else None,
    }
    response = render_partial(request, "campaigns/editor.html", page, fragment={"message": "message", "chain": "chain"})
    # The figures beside the steps are those of the route that was open before.
    return trigger_client_event(response, "route-opened") if request.htmx.target == "chain" else response


@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def campaign_outlook(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """What to expect: people, reach and cost, which may take a while to count."""
    editor = load_editor(campaign, place_of(request))
    outlook = look_ahead(editor.blueprint, editor.route)
    return render(request, "campaigns/outlook.html", {"editor": editor, "outlook": outlook})


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def audience_save(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Name, kind, purpose and audience."""
    form = AudienceForm(request.POST, campaign=campaign)
    if form.is_valid():
        given = form.cleaned_data
        save(campaign, form, lambda: drafting.change_audience(campaign=campaign, seen=seen_by(request), **given))
    return show_card(request, campaign, "audience", forms=Forms(audience=form if form.errors else None))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def limits_save(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Quiet hours, frequency cap, budget and the rest."""
    form = LimitsForm(request.POST, campaign=campaign)
    if form.is_valid():
        limits = form.limits()
        save(campaign, form, lambda: drafting.set_limits(campaign=campaign, limits=limits, seen=seen_by(request)))
    return show_card(request, campaign, "limits", forms=Forms(limits=form if form.errors else None))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def schedule_save(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Start and end."""
    form = ScheduleForm(request.POST)
    if form.is_valid():
        times = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at")}
        save(campaign, form, lambda: drafting.set_schedule(campaign=campaign, seen=seen_by(request), **times))
    return show_card(request, campaign, "schedule", forms=Forms(schedule=form if form.errors else None))
