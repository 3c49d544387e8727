"""Campaigns as a list; new ones, copies, and those that are put away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import drafting, listing, reports
from campaigns.asked_ids import read_id
from campaigns.forms.campaigns import CampaignFilterForm, CopyForm
from campaigns.forms.new_campaign import NewCampaignForm
from campaigns.models import Campaign, Segment
from campaigns.partials import ask, render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.views.editing import find_campaign, lead_to
from campaigns.views.seeing import sees_campaigns


@require_safe
@sees_campaigns
def campaign_list(request: SignedInRequest) -> HttpResponse:
    """All campaigns, the latest first; searched and filtered."""
    form = CampaignFilterForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    found = listing.find(words=given.get("q", ""), status=given.get("status", ""))
    page = listing.page(found, request.GET.get("cursor", ""))
    context = {
        "page": page,
        "lines": listing.lines(page.rows),
        "form": form,
        "is_filtered": any(given.values()),
        "may_manage": can(request.user, Permission.MANAGE_CAMPAIGNS),
    }
    return render_partial(request, "campaigns/list.html", context, fragment="rows")


@require_safe
@sees_campaigns
def campaign_figures(request: SignedInRequest) -> HttpResponse:
    """People and successes of the campaigns with the ids asked for: the columns that the list loads afterwards."""
    asked = [pk for written in request.GET.getlist("pk")[: listing.PAGE_SIZE] if (pk := read_id(written))]
    return render(request, "campaigns/list_figures.html", {"figures": reports.summaries(asked)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_create(request: SignedInRequest) -> HttpResponse:
    """A new draft, opened in the editor."""
    form = NewCampaignForm(request.POST) if request.method == "POST" else NewCampaignForm.proposed(_segment(request))
    if form.is_valid():
        try:
            campaign = drafting.start(actor=request.user, **form.given())
        except drafting.DraftRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        else:
            return redirect("campaign_editor", campaign.pk)
    return render(request, "campaigns/new.html", {"form": form}, status=422 if form.errors else 200)


def _segment(request: SignedInRequest) -> Segment | None:
    """The segment that the page was asked to begin with, if there is such a one."""
    return Segment.objects.present().filter(pk=read_id(request.GET.get("segment", ""))).first()


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new draft like this campaign."""
    campaign = find_campaign(pk)
    suggestion = gettext("%(name)s, copy") % {"name": campaign.name[:140]}
    form = CopyForm(request.POST or None, initial={"name": suggestion})
    if request.method == "POST" and form.is_valid():
        made = drafting.copy(campaign=campaign, name=form.cleaned_data["name"], actor=request.user)
        return redirect("campaign_editor", made.pk)
    return ask(
        request,
        question=gettext("Copy “%(name)s” into a new draft?") % {"name": campaign.name},
        effects=[gettext("The copy has the same audience, texts, chain and limits. It starts when you launch it.")],
        yes=gettext("Make a copy"),
        back=reverse("campaign_list"),
        form=form,
        is_dangerous=False,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft deleted for good; what was launched is said to stay, on its own page."""
    campaign = find_campaign(pk)
    try:
        return _delete(request, campaign) if request.method == "POST" else _ask_to_delete(request, campaign)
    except drafting.NotADraft:
        stays = gettext("“%(name)s” was launched, so it cannot be deleted. When it is over it can be archived.")
        messages.warning(request, stays % {"name": campaign.name})
        return lead_to(request, reverse("campaign_watch", args=[pk]))


def _delete(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    drafting.delete(campaign=campaign, actor=request.user)
    messages.success(request, gettext("“%(name)s” is deleted.") % {"name": campaign.name})
    return redirect("campaign_list")


def _ask_to_delete(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    if not campaign.is_editable:
        raise drafting.NotADraft
    return ask(
        request,
        question=gettext("Delete the draft “%(name)s”?") % {"name": campaign.name},
        effects=[gettext("Its texts and its chain are gone for good. Nobody was messaged, so no figures are lost.")],
        yes=gettext("Delete the draft"),
        back=reverse("campaign_list"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_archive(request: SignedInRequest, pk: int) -> HttpResponse:
    """A campaign that is over, put away with its figures."""
    campaign = find_campaign(pk)
    try:
        return _archive(request, campaign) if request.method == "POST" else _ask_to_archive(request, campaign)
    except drafting.NotADraft:
        messages.warning(request, gettext("“%(name)s” is not over yet. Cancel it first.") % {"name": campaign.name})
        return lead_to(request, reverse("campaign_list"))


def _archive(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    drafting.archive(campaign=campaign, actor=request.user)
    messages.success(request, gettext("“%(name)s” is archived.") % {"name": campaign.name})
    return redirect("campaign_list")


def _ask_to_archive(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    if not campaign.is_over:
        raise drafting.NotADraft
    return ask(
        request,
        question=gettext("Archive “%(name)s”?") % {"name": campaign.name},
        effects=[gettext("It leaves the list. Its figures stay, and the filter “Archived” finds it again.")],
        yes=gettext("Archive"),
        back=reverse("campaign_list"),
        is_dangerous=False,
    )
