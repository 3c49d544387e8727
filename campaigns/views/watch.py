"""The page of a campaign that has been launched."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from campaigns import charting
from campaigns.asked_languages import write_language
from campaigns.engine import clock
from campaigns.forms.compare import CompareForm
from campaigns.forms.watch import View, WatchForm
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.reports_columns import columns_on_page
from campaigns.reports_compare import compare, compare_at_same_age
from campaigns.reports_flow import flow_picture
from campaigns.reports_saving import saving_of
from campaigns.reports_series import series_of
from campaigns.reports_standing import standing_of
from campaigns.reports_watch import Watch, watch


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def campaign_watch(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the campaign goes, or a part of it; a draft is opened in the editor instead."""
    campaign = get_object_or_404(Campaign, pk=pk)
    if campaign.status == CampaignStatus.DRAFT:
        return redirect("campaign_editor", campaign.pk)
    form = WatchForm(request.GET, campaign=campaign)
    context = _context(request, watch(campaign, form.part), form)
    response = render(request, "campaigns/watch.html", context, status=422 if form.errors else 200)
    # Without what was left empty in the form.
    return push_url(response, f"{request.path}{form.query()}") if request.htmx else response


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def campaign_live(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the page asks for while the campaign lives: nothing (204) if it would look as it did at `seen`."""
    campaign = get_object_or_404(Campaign, pk=pk)
    form = WatchForm(request.GET, campaign=campaign)
    seen = watch(campaign, form.part)
    if request.GET.get("seen") == seen.digest:
        return HttpResponse(status=204)
    return render(request, "campaigns/watch_update.html", _context(request, seen, form))


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def campaign_compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """The figures of two campaigns side by side."""
    campaign = get_object_or_404(Campaign.objects.exclude(status=CampaignStatus.DRAFT), pk=pk)
    form = CompareForm(request.GET, campaign=campaign)
    chosen = [campaign, *filter(None, [form.chosen])]
    comparison = compare_at_same_age(chosen, clock.now()) if form.has_same_age else compare(chosen)
    context = {
        "campaign": campaign,
        "form": form,
        "comparison": comparison,
        "may_view_people": can(request.user, Permission.VIEW_PEOPLE) and not form.has_same_age,
    }
    return render(request, "campaigns/compare.html", context, status=422 if form.errors else 200)


def _context(request: SignedInRequest, seen: Watch, form: WatchForm) -> dict[str, Any]:
    campaign = seen.campaign
    may_view_people = can(request.user, Permission.VIEW_PEOPLE)
    return {
        "campaign": campaign,
        "watch": seen,
        "report": seen.shown,
        "form": form,
        "standing": standing_of(seen),
        "columns": columns_on_page(seen.shown.steps),
        "saving": saving_of(seen.shown),
        "may_view_people": may_view_people,
        "may_open_lists": may_view_people and seen.part.has_lists,
        "people_language": write_language(seen.part.language),
        "may_export": can(request.user, Permission.EXPORT_REPORTS),
        "may_manage": can(request.user, Permission.MANAGE_CAMPAIGNS),
        "may_manage_accounts": can(request.user, Permission.MANAGE_ACCOUNTS),
        **_drawn(seen, form.chosen_view, has_lists=may_view_people and seen.part.has_lists),
        "views": _views(seen, form),
    }


def _views(seen: Watch, form: WatchForm) -> list[dict[str, Any]]:
    """The ways to draw the page: those of routes only where there are several."""
    address = reverse("campaign_watch", args=[seen.campaign.pk])
    return [
        {"name": view, "address": f"{address}{form.query(view)}", "is_chosen": view == form.chosen_view}
        for view in View
        if view != View.ROUTES or len(seen.report.routes) > 1
    ]


def _drawn(seen: Watch, view: View, *, has_lists: bool) -> dict[str, Any]:
    """What the chosen view draws, as figures for its table and as a chart."""
    campaign, part = seen.campaign, seen.part
    match view:
        case View.FLOW:
            picture = flow_picture(seen.shown)
            return {"picture": picture, "chart": charting.flow_chart(picture, campaign, part, has_lists=has_lists)}
        case View.TIME:
            series = series_of(campaign.pk, part)
            return {"series": series, "chart": charting.lines_chart(series, campaign)}
    return {}
