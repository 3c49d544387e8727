"""What all the editor's views do: find the draft, notice that somebody else was there, show a card again."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from campaigns.asked_ids import read_id
from campaigns.chain_card import NO_NEWS, ChainNews, load_chain
from campaigns.drafting import ChangedMeanwhile, DraftRefused, NotADraft, acting
from campaigns.editor import NO_FORMS, Forms, Place, load_editor
from campaigns.models import Campaign, Route, Step
from campaigns.partials import render_partial
from campaigns.permissions import SignedInRequest
from campaigns.views.looking import look_for
from channels.kinds import Channel

P = ParamSpec("P")

# As it may stand in a contact's language: "uk", "pt-BR".
_LANGUAGE = re.compile(r"(?=.{2,8}$)[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*")


def edits_draft(
    view: Callable[Concatenate[SignedInRequest, Campaign, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give `view` the campaign in place of its id; when it is no draft any more, lead to its own page instead."""

    @wraps(view)
    def found(request: SignedInRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        campaign = find_campaign(pk)
        try:
            with acting(request.user):
                return view(request, campaign, *args, **kwargs)
        except NotADraft:
            return no_longer_a_draft(request, campaign)

    return found


def find_campaign(pk: int) -> Campaign:
    """The campaign with its version and segment. Raises Http404."""
    return get_object_or_404(Campaign.objects.select_related("version", "segment"), pk=pk)


def find_route(campaign: Campaign, pk: int) -> Route:
    """A route of the version that is being edited. Raises Http404."""
    return get_object_or_404(Route.objects.select_related("segment"), pk=pk, version=campaign.version_id)


def find_step(campaign: Campaign, pk: int) -> Step:
    """A step of the version that is being edited. Raises Http404."""
    steps = Step.objects.select_related("route", "sender__account")
    return get_object_or_404(steps, pk=pk, route__version=campaign.version_id)


def place_of(request: HttpRequest) -> Place:
    """Which tabs the page has open: told by its address, or by the fields that htmx sends along."""
    channel, language = _told(request, "text"), _told(request, "language")
    if (channel and channel not in Channel.values) or (language and not _LANGUAGE.fullmatch(language)):
        raise Http404
    return Place(channel=channel, language=language, route_id=read_id(_told(request, "route")) or None)


def place_at(request: HttpRequest, route: Route) -> Place:
    """The tabs that the page has open, but with `route` in front."""
    return replace(place_of(request), route_id=route.pk)


def seen_by(request: HttpRequest) -> datetime | None:
    """When the campaign had last changed as far as this page knows; with `over` it knows of a change it overwrites."""
    told = (request.POST.get(name) for name in ("over", "seen_now", "seen"))
    try:
        return parse_datetime(next(filter(None, told), ""))
    except ValueError:
        return None


def save(campaign: Campaign, form: Form, change: Callable[[], object]) -> bool:
    """Do `change`; what speaks against it is added to `form`, whose values stay. Raises NotADraft."""
    try:
        change()
    except ChangedMeanwhile as error:
        form.add_error(None, changed_meanwhile(error))
    except DraftRefused as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
    campaign.refresh_from_db()
    return not form.errors


def attempt(request: SignedInRequest, campaign: Campaign, change: Callable[[], object]) -> bool:
    """Do `change`, which has no form; what speaks against it becomes a message. Is it done? Raises NotADraft."""
    is_done = False
    try:
        change()
        is_done = True
    except ChangedMeanwhile as error:
        messages.warning(request, changed_meanwhile(error))
    except DraftRefused as error:
        messages.warning(request, error.sentence)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    campaign.refresh_from_db()
    return is_done


def changed_meanwhile(error: ChangedMeanwhile) -> str:
    """The sentences for somebody who was overtaken, and whose page was brought up to date."""
    after = gettext("What you see now is up to date; what you typed is kept: look at it and save again.")
    return f"{who_changed(error)} {after}"


def who_changed(error: ChangedMeanwhile) -> str:
    """Who changed the campaign, and when."""
    known = {"time": formats.time_format(timezone.localtime(error.changed_at), "TIME_FORMAT"), "who": error.changed_by}
    if error.is_own:
        return gettext("You changed this campaign at %(time)s in another window.") % known
    if error.changed_by:
        return gettext("At %(time)s, %(who)s changed this campaign.") % known
    return gettext("This campaign was changed at %(time)s, in another window or by somebody else.") % known


def show_card(
    request: SignedInRequest,
    campaign: Campaign,
    card: str,
    *,
    place: Place | None = None,
    forms: Forms = NO_FORMS,
    news: ChainNews = NO_NEWS,
) -> HttpResponse:
    """The editor's `card` for htmx; for a browser without it the page, after a success by a redirect."""
    place = place or place_of(request)
    if not request.htmx and not forms.are_any:
        return redirect(f"{editor_url(campaign, place)}#{card}")
    editor = load_editor(campaign, place, forms)
    typed = forms.content.typed() if forms.content else None
    look = look_for(request, editor.blueprint, place, content=typed)
    chain = load_chain(editor, session=request.session, news=news)
    page = {"campaign": campaign, "editor": editor, "chain": chain, "look": look, "is_echo": bool(request.htmx)}
    status = 422 if forms.are_any else 200
    response = render_partial(request, "campaigns/editor.html", page, fragment=card, status=status)
    return trigger_client_event(response, "draft-changed")


def editor_url(campaign: Campaign, place: Place) -> str:
    """The editor's address with the tabs of `place` open."""
    tabs = {"text": place.channel, "language": place.language, "route": place.route_id or ""}
    query = urlencode({name: value for name, value in tabs.items() if value})
    return reverse("campaign_editor", args=[campaign.pk]) + (f"?{query}" if query else "")


def no_longer_a_draft(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """Lead whoever edits a campaign that was launched meanwhile to its own page, and say so."""
    messages.warning(
        request, gettext("“%(name)s” was launched, so this can no longer be changed.") % {"name": campaign}
    )
    return lead_to(request, reverse("campaign_review", args=[campaign.pk]))


def lead_to(request: SignedInRequest, address: str) -> HttpResponse:
    """The page at `address` in place of the one that asks, also where htmx asks for a part of it."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _told(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "") or request.POST.get(f"at_{name}", "")
