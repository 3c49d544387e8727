"""Browsers of people with roles."""

from typing import Any

from django.test import Client

from campaigns.permissions import Role
from tests.factories import make_user


def signed_in(*roles: Role, **fields: Any) -> Client:
    """A browser of somebody with `roles`; `fields` as for `make_user`."""
    client = Client()
    client.force_login(make_user(roles=roles, **fields), backend="django.contrib.auth.backends.ModelBackend")
    return client
