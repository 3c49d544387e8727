"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.conf import LazySettings

    from tests.campaigns.engine.sandbox_thread import SandboxThread
    from tests.campaigns.engine.stage import Stage


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    """One sandbox for all tests of this process; each test has an account of its own there."""
    from tests.campaigns.engine.sandbox_thread import sandbox_thread

    with sandbox_thread(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def stage(db: None, settings: LazySettings, vendor: SandboxThread) -> Stage:
    """A stage with its clock frozen at noon."""
    from tests.campaigns.engine.stage import Stage

    settings.CLOCK_MAY_MOVE = True
    settings.PRIVATE_HOSTS = [vendor.sandbox.host]
    return Stage(vendor=vendor)


@pytest.fixture
def open_stage(transactional_db: None, settings: LazySettings, vendor: SandboxThread) -> Iterator[Stage]:
    """A stage whose rows other connections see."""
    from campaigns.models import EngineClock
    from tests.campaigns.engine.stage import Stage

    settings.CLOCK_MAY_MOVE = True
    settings.PRIVATE_HOSTS = [vendor.sandbox.host]
    yield Stage(vendor=vendor)
    EngineClock.objects.all().delete()
