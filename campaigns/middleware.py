"""What a signed-in user's profile changes for each request: the language and the time zone of the pages."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin

from campaigns.engine.waking import zone


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
