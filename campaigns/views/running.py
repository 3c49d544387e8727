"""What can be done to a campaign that was launched: pause, resume, cancel, change its limits and senders."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from campaigns import drafting, touched
from campaigns.engine import control
from campaigns.forms.schedule import RunningForm
from campaigns.forms.steps import SenderForm
from campaigns.models import Campaign, Step
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import edits_draft, find_campaign, find_step, lead_to, save, seen_by

ASK = ["GET", "HEAD", "POST"]


@require_http_methods(ASK)
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """Nothing more is sent until somebody resumes."""
    campaign = find_campaign(pk)
    if request.method == "POST":
        return _do(request, campaign, control.pause, gettext("“%(name)s” is paused."))
    if not control.can_be_paused(campaign):
        return _no_longer(request, campaign)
    return ask(
        request,
        question=gettext("Pause “%(name)s”?") % {"name": campaign.name},
        effects=touched.by_pausing(control.affected(campaign)),
        yes=gettext("Pause"),
        back=reverse("campaign_watch", args=[pk]),
        is_dangerous=False,
    )


@require_http_methods(ASK)
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send what is left."""
    campaign = find_campaign(pk)
    if request.method == "POST":
        return _do(request, campaign, control.resume, gettext("“%(name)s” runs again."))
    if not control.can_be_resumed(campaign):
        return _no_longer(request, campaign)
    return ask(
        request,
        question=gettext("Resume “%(name)s”?") % {"name": campaign.name},
        effects=touched.by_resuming(control.affected(campaign)),
        yes=gettext("Resume"),
        back=reverse("campaign_watch", args=[pk]),
        is_dangerous=False,
    )


@require_http_methods(ASK)
@requires(Permission.MANAGE_CAMPAIGNS)
def campaign_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """End it for everybody who is still inside."""
    campaign = find_campaign(pk)
    if request.method == "POST":
        return _do(request, campaign, control.cancel, gettext("“%(name)s” is cancelled."))
    if not control.can_be_cancelled(campaign):
        return _no_longer(request, campaign)
    return ask(
        request,
        question=gettext("Cancel “%(name)s” for good?") % {"name": campaign.name},
        effects=touched.by_cancelling(control.affected(campaign)),
        yes=gettext("Cancel the campaign"),
        back=reverse("campaign_watch", args=[pk]),
    )


@require_http_methods(ASK)
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def campaign_limits(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Limits and end of a campaign that runs."""
    if campaign.is_editable or campaign.is_over:
        raise drafting.NotADraft
    form = RunningForm(request.POST) if request.method == "POST" else RunningForm.of(campaign)
    if request.method == "POST" and form.is_valid() and _change_limits(request, campaign, form):
        messages.success(request, gettext("The limits of “%(name)s” are changed.") % {"name": campaign.name})
        return redirect("campaign_watch", campaign.pk)
    context = {"form": form, "campaign": campaign, "seen": campaign.updated_at.isoformat()}
    return render(request, "campaigns/running_limits.html", context, status=422 if form.errors else 200)


@require_http_methods(ASK)
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_sender(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """Another sender for a step of a campaign that runs."""
    step = find_step(campaign, step_pk)
    form = SenderForm(request.POST or None, step=step)
    if request.method == "POST" and form.is_valid():
        sender, seen = form.cleaned_data["sender"], seen_by(request)
        change = {"step": step, "sender": sender, "actor": request.user, "seen": seen}
        if save(campaign, form, lambda: drafting.change_sender(campaign=campaign, **change)):
            messages.success(request, gettext("The step is sent from %(sender)s now.") % {"sender": sender.name})
            return redirect("campaign_watch", campaign.pk)
    return ask(
        request,
        question=gettext("Send step %(number)s from another sender?") % {"number": step.position + 1},
        effects=[
            _waiting_words(step) if form.has_choice else gettext("No other sender is ready. An admin can add one.")
        ],
        yes=gettext("Change the sender") if form.has_choice else "",
        back=reverse("campaign_watch", args=[campaign.pk]),
        form=form if form.has_choice else None,
        is_dangerous=False,
        status=422 if form.errors else 200,
    )


def _waiting_words(step: Step) -> str:
    count = step.messages.filter(is_queued=True).count()
    if not count:
        return gettext("All later messages of this step leave from the new sender.")
    words = ngettext(
        "%(n)d message that waits to leave, and all later ones, leave from the new sender.",
        "%(n)d messages that wait to leave, and all later ones, leave from the new sender.",
        count,
    )
    return words % {"n": count}


def _change_limits(request: SignedInRequest, campaign: Campaign, form: RunningForm) -> bool:
    limits, ends_at, seen = form.limits(), form.cleaned_data["ends_at"], seen_by(request)
    return save(
        campaign,
        form,
        lambda: drafting.change_running_limits(
            campaign=campaign, limits=limits, ends_at=ends_at, actor=request.user, seen=seen
        ),
    )


def _do(request: SignedInRequest, campaign: Campaign, verb: Callable[..., None], done: str) -> HttpResponse:
    try:
        verb(campaign=campaign, actor=request.user)
    except control.CannotDoThat:
        return _no_longer(request, campaign)
    messages.success(request, done % {"name": campaign.name})
    return redirect("campaign_watch", campaign.pk)


def _no_longer(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    messages.warning(request, gettext("That is no longer possible: look where the campaign stands now."))
    return lead_to(request, reverse("campaign_watch", args=[campaign.pk]))
