"""A program that uses the API."""

import pytest


@pytest.fixture
def caller(db: None) -> object:
    """A Caller with a key of its own (calling.py)."""
    from tests.campaigns.api.calling import make_caller

    return make_caller()
