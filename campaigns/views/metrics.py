"""The metrics of the product, for a Prometheus that knows the token."""

from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from campaigns.operations.metrics import expose


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All readings, for whoever gives settings.METRICS_TOKEN as bearer; without one in the settings, no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not _is_allowed(request):
        refusal = HttpResponse("say the token of CASCADE_METRICS_TOKEN", status=401, content_type="text/plain")
        refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refusal
    return HttpResponse(expose(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_allowed(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
