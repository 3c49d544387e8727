"""Fixtures of the editor's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from campaigns.models import Contact


@pytest.fixture
def olena(db: None) -> Contact:
    """Somebody who may be messaged by SMS."""
    from channels.kinds import Channel
    from tests.factories import make_contact

    return make_contact(phone="+380501112233", consents=[Channel.SMS], first_name="Олена")
