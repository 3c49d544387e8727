"""The command palette: what fits what was typed, in the dialog of every page, or as a page of its own."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.palette import jump_groups
from campaigns.partials import render_partial
from campaigns.permissions import SignedInRequest, signed_in
from campaigns.views.looking import found_people

_LONGEST = 100


@never_cache
@require_safe
@signed_in
def palette(request: SignedInRequest) -> HttpResponse:
    """Campaigns, segments, people, pages and actions whose names hold what is `sought`."""
    text = request.GET.get("sought", "").replace("\x00", "").strip()[:_LONGEST]
    groups = jump_groups(request, text, found_people(request))
    context = {"sought": text, "groups": groups, "count": sum(len(group.jumps) for group in groups)}
    return render_partial(request, "palette/page.html", context, fragment="found")
