"""Who may look at campaigns: whoever makes them, and whoever reads reports."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from campaigns.permissions import NotPermitted, Permission, SignedInRequest, can, signed_in

P = ParamSpec("P")


def sees_campaigns(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let those into `view` who may make campaigns or read reports."""

    @signed_in
    @wraps(view)
    def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        wanted = (Permission.MANAGE_CAMPAIGNS, Permission.VIEW_REPORTS)
        if not any(can(request.user, permission) for permission in wanted):
            raise NotPermitted(Permission.VIEW_REPORTS)
        return view(request, *args, **kwargs)

    return checked
