"""A request as the middleware hands it to a view, of somebody who is not signed in."""

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails


def asked(path: str = "/", *, method: str = "GET", **headers: str) -> HttpRequest:
    """A request for `path` with `headers`, their names written with underscores. It touches no database."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().generic(method, path, headers=named)
    request.user = AnonymousUser()
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # as its middleware sets it
    request.session = {}  # type: ignore[assignment]  # all that is asked of it
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # as Django's middleware sets it
    return request
