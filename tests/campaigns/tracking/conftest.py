"""Fixtures of the tests of the public addresses."""

import pytest


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has just started."""
    from campaigns.engine import wake
    from campaigns.tracking_memory import GuessLimit, RememberedTargets
    from campaigns.views import tracking

    monkeypatch.setattr(tracking, "targets", RememberedTargets(size=100))
    monkeypatch.setattr(tracking, "guesses", GuessLimit(per_minute=20))
    monkeypatch.setattr(wake, "_paces", {})
