"""The ways from the dashboard into the inbox of the sandbox, which lets nobody in by another way."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.models import Contact
from campaigns.permissions import Permission, SignedInRequest, requires
from channels import own_sandbox


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def sandbox_inbox(request: SignedInRequest) -> HttpResponse:
    """Lead to the inbox of everybody. 404 where this installation has no sandbox."""
    _require_sandbox()
    return redirect(own_sandbox.inbox_link())


@never_cache
@require_safe
@requires(Permission.VIEW_PEOPLE)
def contact_phone(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to the phone of one contact: what came to any of their addresses. 404 as above."""
    _require_sandbox()
    contact = get_object_or_404(Contact.objects.present(), pk=pk)
    addresses = contact.addresses.order_by("id").values_list("value", flat=True)
    return redirect(own_sandbox.inbox_link(addresses=addresses, name=contact.full_name))


def _require_sandbox() -> None:
    if not own_sandbox.is_there():
        raise Http404
