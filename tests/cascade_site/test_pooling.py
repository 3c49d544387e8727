"""A pooler that lends sessions is told from one that gives each connection its own, and refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

from cascade_site.pooling import SHARED_SESSIONS, are_shared, shares_sessions
from tests.cascade_site.pooler import PGBOUNCER, pooled

FOLDER = Path(__file__).resolve().parent.parent.parent
needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="Debian's package pgbouncer is not installed")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder, that PostgreSQL's own user may pass."""
    with TemporaryDirectory(prefix="cascade-pool-") as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        # Each has kept its own.
        ([(7, 8), (7, 8)], False),
        # One session serves both.
        ([(7, 7), (7, 7)], True),
        # Lent in turn.
        ([(7, 8), (8, 7)], True),
        # One of two was given another, because somebody else had taken it in between.
        ([(7, 8), (7, 9)], True),
    ],
)
def test_sessions_are_ones_own_or_shared(sessions: list[tuple[int, int]], expected: bool) -> None:
    assert are_shared(sessions) is expected


def test_postgresql_itself_gives_each_connection_a_session() -> None:
    assert not shares_sessions(settings.DATABASE_URL)


@needs_pgbouncer
@pytest.mark.parametrize(("pool_mode", "expected"), [("session", False), ("transaction", True), ("statement", True)])
def test_pgbouncer_lends_sessions_by_its_mode(folder: Path, pool_mode: str, expected: bool) -> None:
    with pooled(folder, pool_mode=pool_mode) as conninfo:
        assert shares_sessions(conninfo) is expected


@needs_pgbouncer
@pytest.mark.parametrize("command", [["cascade_site.prepare"], ["cascade_site.start", "tick"]])
def test_nothing_starts_behind_a_pooler_that_lends_sessions(folder: Path, command: list[str]) -> None:
    with pooled(folder, pool_mode="transaction") as conninfo:
        started = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=FOLDER,
            env={**os.environ, "DATABASE_URL": conninfo, "CASCADE_DATA_DIR": str(folder / "of-product")},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert started.returncode == 1
    assert started.stderr.strip() == SHARED_SESSIONS
