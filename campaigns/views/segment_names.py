"""The names of segments, for the field in which one of them is chosen."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.asked_ids import read_id
from campaigns.audience.choosing import best_named, without_route
from campaigns.models import Campaign, Segment
from campaigns.permissions import Permission, SignedInRequest, requires

_MOST = 20
# Of a name.
_LONGEST = 100


@require_safe
@requires(Permission.MANAGE_CAMPAIGNS, Permission.VIEW_PEOPLE)
def segment_names(request: SignedInRequest) -> HttpResponse:
    """The names that fit `?sought=`; with `?campaign=12` only of segments without a route in its chain."""
    found = best_named(_offered(request), request.GET.get("sought", "")[:_LONGEST], most=_MOST + 1)
    return render(request, "segments/names.html", {"names": found[:_MOST], "is_more": len(found) > _MOST})


def _offered(request: SignedInRequest) -> QuerySet[Segment]:
    if "campaign" not in request.GET:
        return Segment.objects.present()
    return without_route(get_object_or_404(Campaign, pk=read_id(request.GET["campaign"])))
