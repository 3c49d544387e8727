"""Pages for what went wrong. They stand on their own, so that they work without the database."""

import logging

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from campaigns.models import User
from campaigns.permissions import NotPermitted, Role

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request made no sense."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: says what the user may not do and which admins can help; htmx gets one sentence for a toast."""
    refused = str(exception.permission.label) if isinstance(exception, NotPermitted) else ""
    if getattr(request, "htmx", False):
        sentence = gettext("You may not %(what)s. Ask an admin.") % {"what": refused} if refused else ""
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    context = {"refused": refused, "admins": _admins() if refused else []}
    return render(request, "errors/403.html", context, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old, or cookies are off."""
    logger.warning("A form was refused: %s", reason)
    if getattr(request, "htmx", False):
        sentence = gettext("This page is too old. Reload it and try again.")
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    return render(request, "errors/403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is nothing at this address."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. No context processor runs, because what broke may be what they need."""
    return HttpResponse(render_to_string("errors/500.html", {"request": request}), status=500)


def _admins() -> list[User]:
    """Those who can change what somebody may do; a handful, by name."""
    can_help = Q(groups__name=Role.ADMIN.value) | Q(is_superuser=True)
    return list(User.objects.filter(can_help, is_active=True).distinct().order_by("first_name", "email")[:5])
