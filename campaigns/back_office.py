"""The back office: Django's admin, themed by Unfold, for superusers with a second factor and nobody else."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

# Unfold's pages run Alpine.js from attributes and style them inline; no other page of the product may.
LAX_CSP = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
}


class BackOffice(UnfoldAdminSite):
    """Users, the beat's schedule, and a look at the tables. Its names stand in settings.UNFOLD."""

    index_title = _("Back office")

    def has_permission(self, request: HttpRequest) -> bool:
        """Only an active superuser who has set up a second factor."""
        user = request.user
        return bool(user.is_active and user.is_superuser and is_mfa_enabled(user))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No sign-in of its own: to the product's, then to the set-up of the second factor; others are refused."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", request.path))
        if not request.user.is_superuser:
            raise PermissionDenied
        if is_mfa_enabled(request.user):
            return redirect("admin:index")
        messages.info(request, gettext("The back office needs a second factor. Set one up here, then come back."))
        return redirect("mfa_activate_totp")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Django's check at the door of `view`, and the laxer CSP for what comes out."""
        return csp_replace(LAX_CSP)(super().admin_view(view, cacheable))
