"""Pages for what went wrong. They stand on their own, so that they work without the database."""

import logging
import secrets
import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from campaigns.models import User
from campaigns.page_before import page_before
from campaigns.permissions import NotPermitted, Role

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Way:
    """A way out of an error page."""

    label: str
    address: str


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request made no sense; 413: it was too large, which Django calls a bad request too."""
    if isinstance(exception, RequestDataTooBig):
        limit = {"limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
        return _page(request, "errors/413.html", status=413, ways=_back_first(request), **limit)
    return _page(request, "errors/400.html", status=400, ways=_back_first(request))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: says what the user may not do and which admins can help; htmx gets one sentence for a toast."""
    refused = str(exception.permission.label) if isinstance(exception, NotPermitted) else ""
    if getattr(request, "htmx", False):
        sentence = gettext("You may not %(what)s. Ask an admin.") % {"what": refused} if refused else ""
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    admins = _admins() if refused else []
    ways = _overview_first(request)
    return _page(request, "errors/403.html", status=403, ways=ways, refused=refused, admins=admins)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old, or cookies are off."""
    logger.warning("A form was refused: %s", reason)
    if getattr(request, "htmx", False):
        sentence = gettext("This page is too old. Reload it and try again.")
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    return _page(request, "errors/403_csrf.html", status=403, ways=_back_first(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is nothing at this address."""
    return _page(request, "errors/404.html", status=404, ways=_overview_first(request))


def not_a_page(request: HttpRequest) -> HttpResponse:
    """405: the address takes what a form sends, and somebody opened it."""
    return _page(request, "errors/405.html", status=405, ways=_overview_first(request))


def too_many(request: HttpRequest) -> HttpResponse:
    """429: somebody tried the same thing too often within a minute; allauth asks for this page."""
    return _page(request, "errors/429.html", status=429, ways=_back_first(request))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault, with a reference that stands in the log too; htmx gets the reference for its toast.

    No context processor runs, because what broke may be what they need.
    """
    reference = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper()
    broken = getattr(sys.exc_info()[0], "__name__", "an error")
    logger.error("Reference %s: %s at %s %s", reference, broken, request.method, request.path)
    again = [Way(gettext("Try again"), request.get_full_path())] if request.method == "GET" else []
    context = {"request": request, "reference": reference, "ways": again + _back_first(request)}
    response = HttpResponse(render_to_string("errors/500.html", context), status=500)
    response["X-Reference"] = reference
    return response


def _page(request: HttpRequest, template: str, *, status: int, ways: list[Way], **context: object) -> HttpResponse:
    return render(request, template, {"ways": ways, **context}, status=status)


def _overview_first(request: HttpRequest) -> list[Way]:
    """Where going back would lead to the same again, unless somebody does something else there."""
    return [_overview(), *_back(request)]


def _back_first(request: HttpRequest) -> list[Way]:
    """Where the page before holds what somebody wanted to send."""
    return [*_back(request), _overview()]


def _overview() -> Way:
    return Way(gettext("To the overview"), "/")


def _back(request: HttpRequest) -> list[Way]:
    page = page_before(request)
    is_elsewhere = page not in {"", "/"} and (request.method != "GET" or page != request.get_full_path())
    return [Way(gettext("Back"), page)] if is_elsewhere else []


def _admins() -> list[User]:
    """Those who can change what somebody may do; a handful, by name."""
    can_help = Q(groups__name=Role.ADMIN.value) | Q(is_superuser=True)
    return list(User.objects.filter(can_help, is_active=True).distinct().order_by("first_name", "email")[:5])
