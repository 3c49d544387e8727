"""The message in the editor: saved by a button or as one types, cheapened, removed."""

from dataclasses import replace
from functools import partial

from django.http import HttpResponse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from campaigns import blueprints, drafting
from campaigns.drafting import ChangedMeanwhile
from campaigns.editor import Forms, Place, content_form, load_editor
from campaigns.forms.content import ContentForm
from campaigns.models import Campaign
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import (
    attempt,
    editor_url,
    edits_draft,
    place_of,
    save,
    seen_by,
    show_card,
    who_changed,
)
from campaigns.views.looking import look_for
from channels import sms_text


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_save(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """The text of the open tab; a button that replaces costly characters does it before saving."""
    place, answers = place_of(request), request.POST.copy()
    if costly := answers.get("cheapen"):
        only = "" if costly == "all" else costly
        answers["message-text"] = sms_text.cheapened(answers.get("message-text", ""), only=only)
    form = content_form(blueprints.load(campaign), place, answers)
    if form.is_valid():
        save(campaign, form, lambda: _write(request, campaign, place, form))
    return show_card(request, campaign, "message", place=place, forms=Forms(content=form if form.errors else None))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_keep(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """What was typed so far, saved without touching the fields; what speaks against it is told beside them.

    Where somebody changed the draft meanwhile, theirs stays until this editor has chosen.
    """
    place = place_of(request)
    form = content_form(blueprints.load(campaign), place, request.POST)
    if not form.is_valid():
        return _refused(request, campaign, form)
    try:
        _write(request, campaign, place, form)
    except ChangedMeanwhile as error:
        return _overtaken(request, campaign, form, error)
    return _kept(request, campaign, place, form)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_remove(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """A text of its own, for a channel or a language; a more general one is used again."""
    place, seen = place_of(request), seen_by(request)
    attempt(
        request,
        campaign,
        lambda: drafting.remove_content(campaign=campaign, channel=place.channel, language=place.language, seen=seen),
    )
    return show_card(request, campaign, "message", place=replace(place, language=""))


def _write(request: SignedInRequest, campaign: Campaign, place: Place, form: ContentForm) -> None:
    """Save what `form` holds, over what somebody else wrote if that is the choice. Raises ChangedMeanwhile."""
    write = partial(drafting.write_content, campaign=campaign, channel=place.channel, language=place.language)
    try:
        write(seen=seen_by(request), **form.given())
    except ChangedMeanwhile as error:
        if not (error.is_own and _is_known_here(request, campaign, place, form)):
            raise
        write(seen=error.changed_at, **form.given())


def _is_known_here(request: SignedInRequest, campaign: Campaign, place: Place, form: ContentForm) -> bool:
    """Is what is there a text that this page has sent without an answer (`unanswered`), or all that it sends now?

    The latter a page has left behind that was saving while somebody reloaded it.
    """
    blueprint = blueprints.load(campaign)
    there = blueprint.texts.find(place.channel, place.language)
    sent = [text.replace("\r\n", "\n") for text in request.POST.getlist("unanswered")]
    if there is not None and there.text in sent:
        return True
    saved = content_form(blueprint, place).initial
    return all(saved.get(field) == answer for field, answer in form.given().items())


def _refused(request: SignedInRequest, campaign: Campaign, form: ContentForm) -> HttpResponse:
    page = {"campaign": campaign, "form": form}
    return render_partial(request, "campaigns/message_kept.html", page)


def _overtaken(
    request: SignedInRequest, campaign: Campaign, form: ContentForm, error: ChangedMeanwhile
) -> HttpResponse:
    place = place_of(request)
    theirs = blueprints.load(campaign).texts.find(place.channel, place.language)
    page = {
        "campaign": campaign,
        "form": form,
        "who_changed": who_changed(error),
        "over": error.changed_at.isoformat(),
        "theirs": theirs if theirs and theirs.text != form.cleaned_data["text"] else None,
        "editor_url": editor_url(campaign, place),
    }
    return render_partial(request, "campaigns/message_kept.html", page)


def _kept(request: SignedInRequest, campaign: Campaign, place: Place, form: ContentForm) -> HttpResponse:
    campaign.refresh_from_db()
    if "over" in request.POST:
        # What else they changed is not on this page yet.
        return trigger_client_event(HttpResponseClientRedirect(editor_url(campaign, place)), "message-kept")
    editor = load_editor(campaign, place)
    look = look_for(request, editor.blueprint, place)
    page = {"campaign": campaign, "editor": editor, "form": form, "look": look, "is_echo": True}
    response = render_partial(request, "campaigns/message_kept.html", page)
    return trigger_client_event(trigger_client_event(response, "message-kept"), "draft-changed")
