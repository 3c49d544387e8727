"""The acceptance tests play on the engine's stage."""

from tests.campaigns.engine.conftest import stage, vendor

__all__ = ["stage", "vendor"]
