"""The product's addresses, and some that break, to look at the pages about errors."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest
from django.urls import path

from campaigns.permissions import NotPermitted, Permission
from campaigns.views import errors
from cascade_site import urls

ERRORS: Mapping[str, Callable[[], Exception]] = {
    "400": BadRequest,
    "403": lambda: NotPermitted(Permission.MANAGE_CAMPAIGNS),
    "413": RequestDataTooBig,
    "500": ZeroDivisionError,
}


def break_down(request: HttpRequest, status: str) -> NoReturn:
    """Raise what leads to the page for `status`."""
    raise ERRORS[status]()


urlpatterns = [
    *urls.urlpatterns,
    path("broken/403_csrf/", errors.csrf_failure),
    path("broken/429/", errors.too_many),
    path("broken/<str:status>/", break_down),
]
handler400, handler403, handler404, handler500 = (urls.handler400, urls.handler403, urls.handler404, urls.handler500)
