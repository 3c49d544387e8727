"""The people behind the figures, and what was decided for each of them."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.asked_languages import language_words
from campaigns.forms.questions import QuestionForm
from campaigns.models import Campaign, Contact, Enrolment, Route, Step
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.reports_people import Question, UnknownFigure
from campaigns.reports_people_lines import lines_behind
from campaigns.reports_timeline import timeline, timelines_of

# Of what is searched for; the field takes no more.
_LONGEST = 200


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def campaign_people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody whom a figure counts, page by page."""
    campaign = get_object_or_404(Campaign, pk=pk)
    question, text = _question(request, campaign), request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    try:
        page = lines_behind(question, text=text, cursor=request.GET.get("cursor", ""))
    except UnknownFigure as unknown:
        raise Http404 from unknown
    context = {
        "campaign": campaign,
        "question": question,
        "page": page,
        "text": text,
        "may_export": can(request.user, Permission.EXPORT_REPORTS),
        "step": _step(question),
        "route": _route(question),
        "spoken": "" if question.language is None else language_words(question.language),
    }
    return render(request, "people/list.html", context)


def _question(request: SignedInRequest, campaign: Campaign) -> Question:
    form = QuestionForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form.question_about(campaign)


def _step(question: Question) -> Step | None:
    if not question.step_key:
        return None
    return Step.objects.filter(route__version__campaign=question.campaign_id, key=question.step_key).first()


def _route(question: Question) -> Route | None:
    if not question.route_id:
        return None
    return Route.objects.filter(version__campaign=question.campaign_id, pk=question.route_id).first()


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was decided for somebody in a campaign, when, and by which rule or signal."""
    rows = Enrolment.objects.select_related("campaign", "contact", "route__segment")
    told = timeline(get_object_or_404(rows, pk=pk))
    context = {"timeline": told, "enrolment": told.enrolment, "has_other_zone": _is_other_zone(told.zone)}
    return render(request, "people/person.html", context)


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def contact_timeline(request: SignedInRequest, pk: int) -> HttpResponse:
    """What happened to a contact in their latest campaigns: a part of the contact's page, or a page without htmx."""
    contact = get_object_or_404(Contact, pk=pk)
    context = {
        "contact": contact,
        "page": timelines_of(contact, cursor=request.GET.get("cursor", "")),
        "has_other_zone": _is_other_zone(contact.time_zone),
    }
    return render_partial(request, "contacts/timeline.html", context, fragment="timelines")


def _is_other_zone(zone: str) -> bool:
    """Does the contact live by another clock than the one who reads?"""
    return bool(zone) and zone != get_current_timezone_name()
