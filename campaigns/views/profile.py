"""What users set for themselves: name, language, time zone, appearance."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext, override
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from campaigns.appearance import Theme, remember, theme_of
from campaigns.forms.profile import ProfileForm
from campaigns.models import User
from campaigns.permissions import SignedInRequest, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: SignedInRequest) -> HttpResponse:
    """The user's own page."""
    # A copy: what is typed must not stand in the menu before it is saved.
    mine = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=mine, initial={"theme": theme_of(request)})
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language or None):
            messages.success(request, gettext("Your profile is saved."))
        response = redirect("profile")
        remember(response, Theme(form.cleaned_data["theme"]), is_secure=request.is_secure())
        return response
    return render(request, "users/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme that the switch of the menu sent; for browsers without JavaScript."""
    response = redirect(_page_before(request))
    wanted = request.POST.get("theme", "")
    if wanted in Theme.values:
        remember(response, Theme(wanted), is_secure=request.is_secure())
    return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: in this browser, and in the profile of a signed-in user."""
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES) and check_for_language(wanted):
        request.user.language = wanted
        request.user.save(update_fields=["language"])
    return set_language(request)


def _page_before(request: HttpRequest) -> str:
    """The page the switch stood on, if it is one of ours."""
    page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else "/"
