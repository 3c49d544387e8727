"""What the editor shows beside the message while it is typed; nothing is saved here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from campaigns import blueprints, lacking
from campaigns.editor import content_form, load_editor
from campaigns.gaps import Gap
from campaigns.languages import spoken_by
from campaigns.models import Campaign
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import edits_draft, place_of
from campaigns.views.looking import found_people, look_for


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_look(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """What the text takes and what a person sees, as it is typed."""
    blueprint, place = blueprints.load(campaign), place_of(request)
    form = content_form(blueprint, place, request.POST)
    look = look_for(request, blueprint, place, content=form.typed(), link_url=form.data.get("message-link_url"))
    return render_partial(request, "campaigns/look.html", {"look": look, "campaign": campaign})


@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
@requires(Permission.VIEW_PEOPLE)
@edits_draft
def message_people(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """The people who fit what was typed, to show the message for."""
    context = {"campaign": campaign, "found": found_people(request), "sought": request.GET.get("sought", "")}
    return render(request, "campaigns/people_found.html", context)


@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_lacking(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """How many of the audience have no value for a variable, which the person in the preview may lack too."""
    name = request.GET.get("name", "")[:100]
    gap = Gap(name=name, is_here=bool(request.GET.get("here")), lack=lacking.count(campaign, name))
    return render(request, "campaigns/gap.html", {"gap": gap, "campaign": campaign, "is_counted": True})


@require_safe
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_languages(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """The languages of the audience, each with the way to a text in it."""
    editor = load_editor(campaign, place_of(request))
    context = {"editor": editor, "languages": spoken_by(editor.blueprint, editor.place)}
    return render(request, "campaigns/languages.html", context)
