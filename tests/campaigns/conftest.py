"""Fixtures of the pages' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def marketer(db: None, client: Client) -> Client:
    """A browser of somebody who makes campaigns."""
    from campaigns.permissions import Role
    from tests.factories import make_user

    client.force_login(make_user(roles=[Role.MARKETER]))
    return client
