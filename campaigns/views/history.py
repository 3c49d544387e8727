"""How far the demo's past is, for as long as it is being played."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.sample.history import marks


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def history(request: SignedInRequest) -> HttpResponse:
    """The line of the overview that tells of it; nothing when it is over."""
    return render(request, "layout/history.html", {"history": marks.progress()})
