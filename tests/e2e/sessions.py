"""Being signed in without the sign-in page, whose rate limit a run of tests would soon reach."""

from collections.abc import Sequence

from django.conf import settings
from playwright.sync_api import BrowserContext

from campaigns.models import User
from campaigns.permissions import Role
from tests.factories import make_user
from tests.pages.visiting import signed_in_just_now


def sign_in(context: BrowserContext, *, url: str, user: User | None = None, roles: Sequence[Role] = ()) -> User:
    """Give the browser a session at `url` of `user`, or of a new one with `roles`; gives the user."""
    user = user or make_user(roles=roles)
    session = signed_in_just_now(user).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": url}])
    return user
