"""How the product itself is, for those who run it."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.operations.page import operations_page
from campaigns.partials import render_partial
from campaigns.permissions import Permission, SignedInRequest, can, requires


@never_cache
@require_safe
@requires(Permission.MANAGE_SETTINGS)
def operations(request: SignedInRequest) -> HttpResponse:
    """Queues, workers, what waits and what is wrong; its inside asks for itself again every few seconds."""
    context = {"page": operations_page(), "may_manage_accounts": can(request.user, Permission.MANAGE_ACCOUNTS)}
    return render_partial(request, "operations/page.html", context, fragment="live")
