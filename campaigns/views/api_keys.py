"""Keys for programs that use the API, and the API's description."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.api.api import api
from campaigns.api.auth import make_key, revoke_key
from campaigns.forms.api_keys import ApiKeyForm
from campaigns.models import ApiKey
from campaigns.partials import ask
from campaigns.permissions import Permission, SignedInRequest, requires


@require_safe
@requires(Permission.MANAGE_SETTINGS)
def api_key_list(request: SignedInRequest) -> HttpResponse:
    """All keys, those that open first."""
    keys = ApiKey.objects.select_related("created_by").order_by("revoked_at", "-created_at")
    return render(request, "settings/api_keys.html", {"keys": keys})


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def api_key_new(request: SignedInRequest) -> HttpResponse:
    """A new key. Its secret stands in this one answer and nowhere else: not in a session, not in a log."""
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key, secret = make_key(name=form.cleaned_data["name"], by=request.user)
        return render(request, "settings/api_key_made.html", {"key": key, "secret": secret})
    return render(request, "settings/api_key_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def api_key_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then let the key open nothing any more."""
    key = get_object_or_404(ApiKey, pk=pk)
    if request.method == "POST":
        revoke_key(key=key, by=request.user)
        messages.success(request, gettext("“%(name)s” opens nothing any more.") % {"name": key.name})
        return redirect("api_key_list")
    return ask(
        request,
        question=gettext("Revoke “%(name)s”?") % {"name": key.name},
        effects=[
            gettext("Every program that uses it is refused from now on. It cannot be taken back."),
            gettext("People who came in through it stay in their campaigns."),
        ],
        yes=gettext("Revoke"),
        back=reverse("api_key_list"),
    )


@require_safe
@requires(Permission.MANAGE_SETTINGS)
def openapi(request: SignedInRequest) -> JsonResponse:
    """The API as an OpenAPI description, for tools that make clients of it."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/"))
