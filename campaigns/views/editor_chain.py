"""The steps in the editor, each button a post of its own."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from campaigns import drafting, sentences
from campaigns.asked_ids import read_id
from campaigns.chain_card import NO_NEWS, ChainNews, place_in_words
from campaigns.drafting import DraftRefused
from campaigns.editor import Forms
from campaigns.editor_steps import StepForms
from campaigns.forms.steps import NewStepForm, StepForm, TimeoutForm
from campaigns.models import Campaign, Step
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.removed_steps import find_removed, forget, remember
from campaigns.texts import load
from campaigns.views.editing import (
    attempt,
    edits_draft,
    find_route,
    find_step,
    place_at,
    save,
    seen_by,
    show_card,
)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_add(request: SignedInRequest, campaign: Campaign, route_pk: int) -> HttpResponse:
    """One more step, on the channel whose button was pressed."""
    route, form, added = find_route(campaign, route_pk), NewStepForm(request.POST), []
    if form.is_valid():
        channel, seen = form.cleaned_data["channel"], seen_by(request)
        attempt(
            request,
            campaign,
            lambda: added.append(drafting.add_step(campaign=campaign, route=route, channel=channel, seen=seen)),
        )
    return show_card(request, campaign, "chain", place=place_at(request, route), news=_told_added(added))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_save(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """Sender and success condition of a step."""
    step = find_step(campaign, step_pk)
    written = load(step.route.version)
    form = StepForm(request.POST, step=step, has_link=written.is_empty or written.has_link(step.channel))
    if form.is_valid():
        given, seen = form.cleaned_data, seen_by(request)
        save(campaign, form, lambda: drafting.change_step(campaign=campaign, step=step, seen=seen, **given))
    forms = Forms(steps=StepForms(senders={step.pk: form} if form.errors else {}))
    news = NO_NEWS if form.errors else told_of(find_step(campaign, step_pk), gettext("%(step)s is saved."))
    return show_card(request, campaign, "chain", place=place_at(request, step.route), forms=forms, news=news)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def timeout_save(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """How long a step waits."""
    step = find_step(campaign, step_pk)
    form = TimeoutForm(request.POST, step=step)
    if form.is_valid():
        wait = {name: form.cleaned_data[name] for name in ("timeout", "is_waking_time")}
        seen = seen_by(request)
        save(campaign, form, lambda: drafting.set_timeout(campaign=campaign, step=step, seen=seen, **wait))
    forms = Forms(steps=StepForms(timeouts={step.pk: form} if form.errors else {}))
    sentence = gettext("%(step)s: the waiting time is saved.")
    news = NO_NEWS if form.errors else told_of(find_step(campaign, step_pk), sentence, part="wait")
    return show_card(request, campaign, "chain", place=place_at(request, step.route), forms=forms, news=news)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_copy(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """A step once more, right after it."""
    step, seen, added = find_step(campaign, step_pk), seen_by(request), []
    attempt(
        request,
        campaign,
        lambda: added.append(drafting.duplicate_step(campaign=campaign, step=step, seen=seen)),
    )
    return show_card(request, campaign, "chain", place=place_at(request, step.route), news=_told_added(added))


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_remove(request: SignedInRequest, campaign: Campaign, step_pk: int) -> HttpResponse:
    """A step less, which can be put back."""
    step, seen, gone = find_step(campaign, step_pk), seen_by(request), []
    attempt(request, campaign, lambda: gone.append(drafting.remove_step(campaign=campaign, step=step, seen=seen)))
    news = NO_NEWS
    for removed in gone:
        remember(request.session, removed)
        said = gettext("%(step)s was removed. You can undo this.") % {"step": sentences.step_title(step)}
        news = ChainNews(said=said, part="undo")
    return show_card(request, campaign, "chain", place=place_at(request, step.route), news=news)


@require_POST
@requires(Permission.MANAGE_CAMPAIGNS)
@edits_draft
def step_restore(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """A removed step back at its place."""
    seen, back = seen_by(request), []
    told = request.POST
    removed = find_removed(request.session, told.get("key", ""), route_id=read_id(told.get("route", "")))

    def restore() -> None:
        if removed is None:
            raise DraftRefused("removed", gettext("This can no longer be undone."))
        back.append(drafting.restore_step(campaign=campaign, removed=removed, seen=seen))
        forget(request.session, removed)

    attempt(request, campaign, restore)
    sentence = gettext("%(step)s is back as step %(number)s of %(count)s.")
    news = next((told_of(step, sentence) for step in back), NO_NEWS)
    return show_card(request, campaign, "chain", news=news)


def told_of(step: Step, sentence: str, *, part: str = "card") -> ChainNews:
    """The news of `step`, to whose `part` the focus goes; `sentence` may name its %(step)s, %(number)s, %(count)s."""
    return ChainNews(said=sentence % place_in_words(step), step_id=step.pk, part=part)


def _told_added(added: Sequence[Step]) -> ChainNews:
    sentence = gettext("%(step)s was added as step %(number)s of %(count)s.")
    return next((told_of(step, sentence) for step in added), NO_NEWS)
