"""The segments that a person belongs to, which come after their page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.asked_ids import read_id
from campaigns.audience.belonging import belonging_of
from campaigns.models import Contact
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def contact_segments(request: SignedInRequest, pk: int) -> HttpResponse:
    """Those of the newest segments, or with `?before=12` of older ones, that select a person today."""
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    context = {
        "contact": contact,
        "belonging": belonging_of(contact, before=read_id(request.GET.get("before", "")) or None),
        "may_change": can(request.user, Permission.MANAGE_CONTACTS),
    }
    return render_partial(request, "contacts/belonging.html", context, fragment="belonging")
