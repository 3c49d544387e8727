"""The page of the product on which somebody was, as the browser says it."""

from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_before(request: HttpRequest) -> str:
    """Path and query of the page that led to `request`; empty where there was none, or somebody else's."""
    came_from = request.headers.get("Referer", "")
    try:
        is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    except DisallowedHost:
        return ""
    page = urlsplit(came_from) if is_ours else None
    return urlunsplit(("", "", page.path or "/", page.query, "")) if page else ""
