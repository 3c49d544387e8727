"""The review of a draft, and its launch."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from campaigns import wording
from campaigns.asked_ids import read_id
from campaigns.drafting import ChangedMeanwhile, acting
from campaigns.engine.launch import LaunchRefused, launch
from campaigns.models import Campaign, Contact
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.previews import find_person
from campaigns.reviewing import Review, looks, review
from campaigns.seen_rules import RulesChanged
from campaigns.views.editing import changed_meanwhile, find_campaign, seen_by
from campaigns.views.looking import found_people
from campaigns.views.seeing import sees_campaigns


@require_safe
@sees_campaigns
def campaign_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything about a campaign on one page, and the button that launches a draft."""
    return _show(request, find_campaign(pk), has_figures="people" in request.GET)


@require_safe
@sees_campaigns
def campaign_forecast(request: SignedInRequest, pk: int) -> HttpResponse:
    """What to expect of a draft, counted after the review has been shown; nothing (204) once it was launched."""
    campaign = find_campaign(pk)
    if not campaign.is_editable:
        return HttpResponse(status=204)
    seen = review(campaign)
    return render(request, "campaigns/review_counted.html", _context(request, seen, None))


@require_safe
@requires(Permission.VIEW_PEOPLE)
@sees_campaigns
def campaign_texts(request: SignedInRequest, pk: int) -> HttpResponse:
    """The texts as a chosen person gets them, and whom a search finds."""
    campaign = find_campaign(pk)
    person = _person(request, campaign)
    texts = {"looks": looks(campaign, person), **_found(request)}
    return render(request, "campaigns/review_texts.html", {"campaign": campaign, "person": person, **texts})


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_launch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Launch what the review showed; where the draft or the rule of a segment has changed since, show it again."""
    campaign, seen = find_campaign(pk), seen_by(request)
    seen_rules = request.POST.getlist("seen_rule") if seen else None
    try:
        with acting(request.user):
            launch(campaign=campaign, actor=request.user, seen=seen, seen_rules=seen_rules)
    except ChangedMeanwhile as error:
        return _again(request, campaign, changed_meanwhile(error), status=409)
    except RulesChanged as error:
        return _again(request, campaign, _rules_changed(error), status=409)
    except LaunchRefused:
        return _again(request, campaign, "", status=422)
    campaign.refresh_from_db()
    messages.success(request, _launched(campaign))
    return redirect("campaign_watch", pk)


def _again(request: SignedInRequest, campaign: Campaign, sentence: str, *, status: int) -> HttpResponse:
    """The review as it is now, with what has come between; of a campaign that was launched meanwhile, its page."""
    campaign.refresh_from_db()
    if not campaign.is_editable:
        return redirect("campaign_watch", campaign.pk)
    if sentence:
        messages.warning(request, sentence)
    return _show(request, campaign, status=status)


def _show(request: SignedInRequest, campaign: Campaign, *, status: int = 200, has_figures: bool = True) -> HttpResponse:
    person = _person(request, campaign)
    seen = review(campaign, person=person, has_figures=has_figures)
    return render(request, "campaigns/review.html", _context(request, seen, person), status=status)


def _context(request: SignedInRequest, seen: Review, person: Contact | None) -> dict[str, Any]:
    campaign = seen.campaign
    may_manage = can(request.user, Permission.MANAGE_CAMPAIGNS)
    return {
        "review": seen,
        "campaign": campaign,
        "person": person,
        "looks": seen.looks,
        "launch_label": _launch_label(seen),
        "edit_url": reverse("campaign_editor", args=[campaign.pk]),
        "may_manage": may_manage,
        "may_change_running": may_manage and not campaign.is_editable and not campaign.is_over,
        **_found(request),
    }


def _person(request: SignedInRequest, campaign: Campaign) -> Contact | None:
    """Whom the texts are shown for: who was chosen, or the next of the audience; nobody for who may not see people."""
    if not can(request.user, Permission.VIEW_PEOPLE):
        return None
    chosen, after = (read_id(request.GET.get(name, "")) for name in ("person", "after"))
    return find_person(campaign, pk=chosen, after=after)


def _found(request: SignedInRequest) -> dict[str, Any]:
    return {"found": found_people(request), "sought": request.GET.get("sought", "")}


def _rules_changed(error: RulesChanged) -> str:
    names = ", ".join(gettext("“%(name)s”") % {"name": segment} for segment in error.segments)
    sentence = ngettext(
        "The segment %(names)s was changed after you opened this review, so nothing was launched. What you see now is"
        " up to date: look at it and launch again.",
        "The segments %(names)s were changed after you opened this review, so nothing was launched. What you see now is"
        " up to date: look at it and launch again.",
        len(error.segments),
    )
    return sentence % {"names": names}


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
