"""The list of segments, and how many people each of them has."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.asked_ids import read_id
from campaigns.audience.rules import InvalidRule, contacts_matching
from campaigns.audience.segment_list import Sort, find
from campaigns.forms.segments import SegmentFilterForm
from campaigns.models import Segment
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.routing import today
from campaigns.sort_links import sort_link


@require_safe
@requires(Permission.MANAGE_CONTACTS)
def segment_list(request: SignedInRequest) -> HttpResponse:
    """All segments, or with `?archived=1` those that are offered no more; searched by name, and in some order."""
    is_archive = "archived" in request.GET
    form = SegmentFilterForm(request.GET)
    text, sort = form.text, form.order
    found = find(text, is_archive=is_archive, sort=sort, cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "found": found,
        "page": found.page,
        "is_archive": is_archive,
        "is_searched": bool(text),
        "archived_count": Segment.objects.exclude(archived_at=None).count(),
        "saved": _saved(request),
        "by_name": sort_link(sort, ascending=Sort.NAME, descending=Sort.NAME_DOWN, first=Sort.NAME),
        "by_age": sort_link(sort, ascending=Sort.OLDEST, descending=Sort.NEWEST, first=Sort.NEWEST),
    }
    return render_partial(request, "segments/list.html", context, fragment="rows")


def _saved(request: SignedInRequest) -> Segment | None:
    """The segment that was saved just now, for those who can make a campaign for it."""
    asked = read_id(request.GET.get("saved", ""))
    if not asked or not can(request.user, Permission.MANAGE_CAMPAIGNS):
        return None
    return Segment.objects.present().filter(pk=asked).first()


@require_safe
@requires(Permission.MANAGE_CONTACTS)
def segment_count(request: SignedInRequest, pk: int) -> HttpResponse:
    """How many people a saved segment has now; the list asks for each line as it is shown."""
    segment = get_object_or_404(Segment, pk=pk)
    try:
        count = contacts_matching(segment.rule, today=today()).count()
    except InvalidRule:
        count = None
    return render(request, "segments/count.html", {"count": count})
