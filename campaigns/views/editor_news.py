"""Whether somebody else has changed the draft that an editor looks at: asked every few seconds by the open page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.asked_ids import read_id
from campaigns.drafting import ChangedMeanwhile
from campaigns.editor import Place
from campaigns.models import Campaign
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import editor_url, edits_draft, who_changed


@never_cache
@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def campaign_news(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Who changed what this page has `seen_now`; 204 where that was `told` already, or there is nothing to tell.

    The row of the campaign is all that is read for it.
    """
    changed_at = campaign.updated_at.isoformat()
    news = changed_at if changed_at != request.GET.get("seen_now") else ""
    if news == request.GET.get("told", ""):
        return HttpResponse(status=204)
    page = {
        "campaign": campaign,
        "changed_at": news,
        "sentence": _sentence(campaign) if news else "",
        "editor_url": editor_url(campaign, _place(request)),
    }
    return render(request, "campaigns/editor_news.html", page)


def _sentence(campaign: Campaign) -> str:
    if not campaign.is_editable:
        return gettext("“%(name)s” was launched, so this can no longer be changed.") % {"name": campaign}
    return who_changed(ChangedMeanwhile(campaign.updated_at, campaign.changed_by))


def _place(request: SignedInRequest) -> Place:
    """The tabs that the page has open."""
    return Place(
        channel=request.GET.get("at_text", ""),
        language=request.GET.get("at_language", ""),
        route_id=read_id(request.GET.get("at_route", "")) or None,
    )
