"""The review of a draft, and its launch."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns import drafting, wording
from campaigns.engine.launch import LaunchRefused, launch
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.previews import find_person
from campaigns.reviewing import Review, review
from campaigns.views.editing import changed_meanwhile, find_campaign, seen_by
from campaigns.views.seeing import sees_campaigns


@require_safe
@sees_campaigns
def campaign_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything about a campaign on one page, and the button that launches a draft."""
    return _show(request, find_campaign(pk))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_launch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Launch what the review showed; where the draft has changed since, show it again."""
    campaign = find_campaign(pk)
    seen = seen_by(request)
    if campaign.is_editable and seen is not None and seen != campaign.updated_at:
        messages.warning(
            request, changed_meanwhile(drafting.ChangedMeanwhile(campaign.updated_at, campaign.changed_by))
        )
        return _show(request, campaign, status=409)
    try:
        launch(campaign=campaign, actor=request.user)
    except LaunchRefused:
        campaign.refresh_from_db()
        return _show(request, campaign, status=422) if campaign.is_editable else redirect("campaign_watch", pk)
    campaign.refresh_from_db()
    messages.success(request, _launched(campaign))
    return redirect("campaign_watch", pk)


def _show(request: SignedInRequest, campaign: Campaign, status: int = 200) -> HttpResponse:
    person = find_person(campaign) if can(request.user, Permission.VIEW_PEOPLE) else None
    seen = review(campaign, person=person)
    may_manage = can(request.user, Permission.MANAGE_CAMPAIGNS)
    context = {
        "review": seen,
        "campaign": campaign,
        "person": person,
        "launch_label": _launch_label(seen),
        "edit_url": reverse("campaign_editor", args=[campaign.pk]),
        "may_manage": may_manage,
        "may_change_running": may_manage and not campaign.is_editable and not campaign.is_over,
    }
    return render(request, "campaigns/review.html", context, status=status)


def _launch_label(seen: Review) -> str:
    """What the button does, and to how many."""
    if seen.people is None:
        return gettext("Launch and wait for your system")
    counted = {"people": wording.number(seen.people)}
    if seen.campaign.starts_at:
        return ngettext("Schedule for %(people)s person", "Schedule for %(people)s people", seen.people) % counted
    return ngettext("Launch to %(people)s person", "Launch to %(people)s people", seen.people) % counted


def _launched(campaign: Campaign) -> str:
    if campaign.status == CampaignStatus.SCHEDULED:
        return gettext("“%(name)s” is scheduled.") % {"name": campaign.name}
    return gettext("“%(name)s” is launched.") % {"name": campaign.name}
