"""What every page has from outside: the language and time zone of the user's profile, its compression, and a page for
addresses that are none."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin

from campaigns.engine.waking import zone
from campaigns.views import errors


class ProfileMiddleware(MiddlewareMixin):
    """Speak the user's language in the user's time zone. It stands after AuthenticationMiddleware.

    Without a session, as at a webhook or a tracked link, no query is made.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate what the profile says; where it says nothing, the browser's language and the product's zone stay."""
        user = request.user
        if user.is_authenticated and user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        if user.is_authenticated:
            timezone.activate(zone(user.time_zone, settings.TIME_ZONE))
        else:
            timezone.deactivate()


class PageCompressionMiddleware(GZipMiddleware):
    """Compress pages and fragments, and nothing else: files are compressed already, or are streamed as they come.

    Django hides how long a compressed page is, and masks its CSRF token, so that neither can be guessed from it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress `response` if it is HTML and the browser takes it compressed."""
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class NotAPageMiddleware(MiddlewareMixin):
    """Say in words what Django says by a status alone: the address takes what a form sends, and was opened instead."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Put a page in place of an empty `response` if a browser asked for one."""
        is_bare = isinstance(response, HttpResponseNotAllowed) and not response.content
        if not is_bare or "text/html" not in request.headers.get("Accept", ""):
            return response
        page = errors.not_a_page(request)
        page["Allow"] = response["Allow"]
        return page
