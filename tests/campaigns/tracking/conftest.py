"""Fixtures of the tests of the public addresses."""

import pytest


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has just started."""
    from campaigns.engine import wake  # noqa: PLC0415  read before the settings
    from campaigns.tracking_memory import GuessLimit, RememberedTargets  # noqa: PLC0415  read before the settings
    from campaigns.views import tracking  # noqa: PLC0415  read before the settings

    monkeypatch.setattr(tracking, "targets", RememberedTargets(size=100))
    monkeypatch.setattr(tracking, "guesses", GuessLimit(per_minute=20))
    monkeypatch.setattr(wake, "_paces", {})
