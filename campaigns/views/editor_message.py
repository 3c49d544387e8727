"""The message in the editor: saved, cheapened, looked at while it is typed."""

from dataclasses import replace

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from campaigns import blueprints, drafting
from campaigns.editor import Forms, Place, content_form
from campaigns.forms.content import ContentForm
from campaigns.models import Campaign
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.editing import attempt, edits_draft, place_of, save, seen_by, show_card
from campaigns.views.looking import look_for
from channels import sms_text


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_save(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """The text of the open tab; the button that replaces costly characters does it before saving."""
    place, answers = place_of(request), request.POST.copy()
    if "cheapen" in answers:
        answers["message-text"] = sms_text.cheapened(answers.get("message-text", ""))
    form = content_form(blueprints.load(campaign), place, answers)
    if form.is_valid():
        _write(request, campaign, place, form)
    return show_card(request, campaign, "message", place=place, forms=Forms(content=form if form.errors else None))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_remove(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """A channel's own text; it uses the one for everyone again."""
    place, seen = place_of(request), seen_by(request)
    attempt(
        request,
        campaign,
        lambda: drafting.remove_content(campaign=campaign, channel=place.channel, language=place.language, seen=seen),
    )
    return show_card(request, campaign, "message", place=replace(place, language=""))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def message_look(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """What the text takes and what a person sees, as it is typed; nothing is saved."""
    blueprint, place = blueprints.load(campaign), place_of(request)
    form = content_form(blueprint, place, request.POST)
    look = look_for(request, blueprint, place, content=form.typed(), link_url=form.data.get("message-link_url"))
    return render_partial(request, "campaigns/look.html", {"look": look, "campaign": campaign})


def _write(request: SignedInRequest, campaign: Campaign, place: Place, form: ContentForm) -> None:
    given, seen = dict(form.cleaned_data), seen_by(request)
    save(
        campaign,
        form,
        lambda: drafting.write_content(
            campaign=campaign, channel=place.channel, language=place.language, seen=seen, **given
        ),
    )
