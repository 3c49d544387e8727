"""Segments: the form with its live preview, and what htmx asks for while it is filled in; archiving."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.asked_ids import read_id
from campaigns.audience import segmenting
from campaigns.audience.file_names import file_name
from campaigns.audience.reach import channels_agreed_to, count_reach
from campaigns.audience.rules import InvalidRule, Rule, contacts_matching, describe, parse
from campaigns.audience.suggestions import suggestions
from campaigns.forms.rule_rows import RuleForm, new_row, redrawn_row
from campaigns.forms.segments import SegmentForm
from campaigns.models import Contact, ContactImport, Purpose, Segment
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.routing import today
from channels.kinds import Channel

SAMPLE_SIZE = 6
NAME_LENGTH = 100


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def segment_create(request: SignedInRequest) -> HttpResponse:
    """A new segment, empty or with what the address asks for (`_proposed`)."""
    if request.method == "POST":
        return _edit(request, Segment(), RuleForm(request.POST))
    if proposed := _proposed(request):
        name, rule = proposed
        return _show(request, SegmentForm(instance=Segment(name=name)), RuleForm.of(rule))
    rule_form = RuleForm(request.POST)
    rule_form.act("add:root")
    return _edit(request, Segment(), rule_form)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def segment_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """A segment's name and rule, and who uses it."""
    segment = get_object_or_404(Segment, pk=pk)
    return _edit(request, segment, RuleForm(request.POST) if request.method == "POST" else _form_of(request, segment))


@require_POST
@requires(Permission.MANAGE_CONTACTS)
def segment_row(request: SignedInRequest) -> HttpResponse:
    """A fresh row or group (`do=add:KEY`, `do=group:`), or the row of `do=redraw:KEY` as it now has to look."""
    order = request.POST.get("do", "")
    row = new_row(order) or redrawn_row(order, request.POST)
    if row is None:
        return HttpResponseBadRequest()
    return render(request, "segments/group.html" if row.is_group else "segments/row.html", {"row": row})


@require_POST
@requires(Permission.MANAGE_CONTACTS)
def segment_preview(request: SignedInRequest) -> HttpResponse:
    """How many people the form selects as it stands, and some of them for those who may see people."""
    return render(request, "segments/preview.html", _preview(request, RuleForm(request.POST).sketch()))


@require_POST
@requires(Permission.MANAGE_CONTACTS)
def segment_reach(request: SignedInRequest) -> HttpResponse:
    """How many of them could be messaged now, on each channel; asked after the count, because it takes longer."""
    rule = RuleForm(request.POST).sketch()
    if rule is None:
        return HttpResponse(status=204)
    contacts = contacts_matching(rule, today=today())
    reach = count_reach(contacts, channels=channels_agreed_to(Purpose.MARKETING), purpose=Purpose.MARKETING)
    return render(request, "segments/reach.html", {"reach": reach, "count": contacts.count()})


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_CONTACTS)
def segment_archive(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then offer the segment no more."""
    segment = get_object_or_404(Segment.objects.present(), pk=pk)
    if request.method == "POST":
        segmenting.archive_segment(segment=segment, by=request.user)
        messages.success(request, gettext("“%(name)s” is archived.") % {"name": segment})
        return redirect("segment_list")
    return ask(
        request,
        question=gettext("Archive “%(name)s”?") % {"name": segment},
        effects=_effects_of_archiving(segment),
        yes=gettext("Archive"),
        back=reverse("segment_edit", args=[segment.pk]),
        is_dangerous=False,
    )


@require_POST
@requires(Permission.MANAGE_CONTACTS)
def segment_restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer an archived segment again."""
    segment = get_object_or_404(Segment, pk=pk)
    segmenting.restore_segment(segment=segment, by=request.user)
    messages.success(request, gettext("“%(name)s” can be used again.") % {"name": segment})
    return redirect("segment_list")


def _edit(request: SignedInRequest, segment: Segment, rule_form: RuleForm) -> HttpResponse:
    order = request.POST.get("do", "")
    if request.method == "POST" and not order:
        form = SegmentForm(request.POST, instance=segment)
        rule = rule_form.read()
        if form.is_valid() and rule is not None:
            segmenting.save_segment(segment=segment, rule=rule, by=request.user)
            messages.success(request, gettext("“%(name)s” is saved.") % {"name": segment})
            return redirect(f"{reverse('segment_list')}?saved={segment.pk}")
        return _show(request, form, rule_form, status=422)
    rule_form.act(order)
    initial = {"name": request.POST["name"]} if "name" in request.POST else None
    return _show(request, SegmentForm(instance=segment, initial=initial), rule_form)


def _show(request: SignedInRequest, form: SegmentForm, rule_form: RuleForm, *, status: int = 200) -> HttpResponse:
    segment = form.instance
    campaigns = segmenting.campaigns_using([segment]).get(segment.pk, ()) if segment.pk else ()
    context = {
        "form": form,
        "rule_form": rule_form,
        "segment": segment,
        "saved_name": Segment.objects.filter(pk=segment.pk).values_list("name", flat=True).first(),
        "campaigns": campaigns,
        "known": suggestions(),
        **(_preview(request, rule_form.sketch()) if request.POST.get("do") == "count" else {}),
    }
    return render(request, "segments/form.html", context, status=status)


def _preview(request: SignedInRequest, rule: Rule | None) -> dict[str, object]:
    if rule is None:
        return {"is_incomplete": True}
    contacts = contacts_matching(rule, today=today())
    sees_people = can(request.user, Permission.VIEW_PEOPLE)
    return {
        "sentence": describe(rule),
        "count": contacts.count(),
        "total": Contact.objects.present().count(),
        "sees_people": sees_people,
        "sample": contacts[:SAMPLE_SIZE] if sees_people else (),
    }


def _proposed(request: SignedInRequest) -> tuple[str, Rule] | None:
    """The name and rule that a new segment begins with, as the address asks.

    `?file=12`: those whom this import added; `?reachable=sms&reachable=viber`: who can be reached on one of these.
    """
    if contact_import := ContactImport.objects.filter(pk=read_id(request.GET.get("file", ""))).first():
        name = gettext("Added by %(file)s") % {"file": file_name(contact_import)}
        return Truncator(name).chars(NAME_LENGTH), segmenting.added_by(contact_import)
    asked = request.GET.getlist("reachable")
    channels = [channel for channel in Channel if channel in asked]
    if not channels:
        return None
    names = ", ".join(str(channel.label) for channel in channels)
    return gettext("Can be reached by %(channels)s") % {"channels": names}, segmenting.reachable_on(channels)


def _form_of(request: SignedInRequest, segment: Segment) -> RuleForm:
    rule = _rule_of(segment)
    if rule is None:
        messages.warning(request, gettext("The rule of this segment can no longer be read. Make it anew, and save it."))
    return RuleForm.of(rule or Rule())


def _rule_of(segment: Segment) -> Rule | None:
    try:
        return parse(segment.rule)
    except InvalidRule:
        return None


def _effects_of_archiving(segment: Segment) -> list[str]:
    campaigns = segmenting.campaigns_using([segment]).get(segment.pk, ())
    effects = [gettext("It is no longer offered for new campaigns. You can restore it at any time.")]
    if campaigns:
        sentence = ngettext(
            "%(count)s campaign uses it and goes on using it: %(names)s.",
            "%(count)s campaigns use it and go on using it: %(names)s.",
            len(campaigns),
        )
        names = ", ".join(gettext("“%(name)s”") % {"name": campaign} for campaign in campaigns[:5])
        effects.append(sentence % {"count": len(campaigns), "names": names})
    return effects
