"""The stage of the engine's tests, for what is told of the engine."""

from tests.campaigns.engine.conftest import stage, vendor

__all__ = ["stage", "vendor"]
