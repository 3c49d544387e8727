"""The way in: the sign-in page, and before it, once, the page that makes the first admin."""

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from campaigns.forms.welcome import WelcomeForm
from campaigns.models import Installation, User
from campaigns.permissions import Role, set_roles
from campaigns.sign_in import trust_address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's sign-in; while there is nobody who could sign in, where to find the address for the first visit."""
    if request.method != "POST" and not User.objects.exists():
        return render(request, "account/nobody_yet.html")
    response: HttpResponseBase = allauth_views.login(request)
    return response


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first admin. It answers only to the installation's token, and only while there is no user."""
    if not _is_open(token):
        raise Http404
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (admin := _make_first_admin(form)):
        login(request, admin, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(request, gettext("Welcome. Here is what to do first."))
        return redirect("home")
    status = 422 if form.errors else 200
    return render(request, "account/welcome.html", {"form": form}, status=status)


def _is_open(token: str) -> bool:
    expected = settings.WELCOME_TOKEN
    return bool(expected) and constant_time_compare(token, expected) and not User.objects.exists()


@transaction.atomic
def _make_first_admin(form: WelcomeForm) -> User | None:
    """The new user, or None if somebody else was first: two visitors wait for each other at the lock."""
    Group.objects.select_for_update().get(name=Role.ADMIN.value)
    if User.objects.exists():
        return None
    given = form.cleaned_data
    admin = User.objects.create_superuser(
        given["email"], given["password"], first_name=given["first_name"], last_name=given["last_name"]
    )
    set_roles(user=admin, roles=[Role.ADMIN])
    trust_address(admin)
    installation = Installation.current()
    installation.name = given["organisation"]
    installation.save()
    return admin
