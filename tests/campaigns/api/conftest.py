"""A program that uses the API."""

import pytest


@pytest.fixture
def caller(db: None) -> object:
    """A Caller with a key of its own (calling.py)."""
    from tests.campaigns.api.calling import make_caller  # noqa: PLC0415  the settings are not there yet above

    return make_caller()
