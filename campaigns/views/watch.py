"""The page of a campaign that has been launched."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.reports_columns import columns_on_page
from campaigns.reports_standing import standing_of
from campaigns.reports_watch import Watch, watch


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def campaign_watch(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the campaign goes; a draft is opened in the editor instead."""
    campaign = get_object_or_404(Campaign, pk=pk)
    if campaign.status == CampaignStatus.DRAFT:
        return redirect("campaign_editor", campaign.pk)
    return render(request, "campaigns/watch.html", _context(request, watch(campaign)))


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def campaign_live(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the page asks for while the campaign lives: nothing (204) if it would look as it did at `seen`."""
    seen = watch(get_object_or_404(Campaign, pk=pk))
    if request.GET.get("seen") == seen.digest:
        return HttpResponse(status=204)
    return render(request, "campaigns/watch_update.html", _context(request, seen))


def _context(request: SignedInRequest, seen: Watch) -> dict[str, Any]:
    campaign = seen.campaign
    return {
        "campaign": campaign,
        "watch": seen,
        "report": seen.report,
        "standing": standing_of(seen),
        "columns": columns_on_page(seen.report.steps),
        "may_view_people": can(request.user, Permission.VIEW_PEOPLE),
        "may_export": can(request.user, Permission.EXPORT_REPORTS),
        "may_manage": can(request.user, Permission.MANAGE_CAMPAIGNS),
        "may_manage_accounts": can(request.user, Permission.MANAGE_ACCOUNTS),
    }
