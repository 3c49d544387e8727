"""Fixtures of the pages' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import Settings

    from tests.channels.smtp_server import Postbox


@pytest.fixture
def marketer(db: None, client: Client) -> Client:
    """A browser of somebody who makes campaigns."""
    from campaigns.permissions import Role
    from tests.factories import make_user

    client.force_login(make_user(roles=[Role.MARKETER]))
    return client


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    """The installation's mail server, a real one."""
    from tests.campaigns.servers import in_a_thread
    from tests.channels.smtp_server import Postbox, smtp_server

    box = Postbox()
    with in_a_thread(smtp_server(box)) as host:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(host.split(":")[1])
        yield box
