"""Light, dark, or as the device has it: read from a cookie, so that the first paint is right."""

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

COOKIE = "theme"
YEAR = 365 * 24 * 3600


class Theme(models.TextChoices):
    """What a person may choose."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


def theme_of(request: HttpRequest | None) -> Theme:
    """The theme that this browser asked for; as the device has it when it asked for none."""
    chosen = request.COOKIES.get(COOKIE, "") if request else ""
    return Theme(chosen) if chosen in Theme.values else Theme.AUTO


def remember(response: HttpResponse, theme: Theme, *, is_secure: bool) -> None:
    """Keep `theme` in the browser for a year. theme.js reads the cookie too, so it is not HttpOnly."""
    response.set_cookie(COOKIE, theme.value, max_age=YEAR, secure=is_secure, samesite="Lax")
