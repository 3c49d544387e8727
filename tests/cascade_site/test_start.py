"""One process by one command, told by the environment or by a file `.env` in the repository's folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port, wait_for_port

FOLDER = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 120


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The repository's folder, as a process sees it whose file `.env` is a test's own."""
    for name in ("campaigns", "channels", "locale", "static", "templates"):
        (tmp_path / name).symlink_to(FOLDER / name)
    shutil.copytree(FOLDER / "cascade_site", tmp_path / "cascade_site", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.timeout(2 * PATIENCE_S)
@pytest.mark.parametrize("from_environment", [False, True])
def test_the_web_server_listens_where_env_says_unless_the_environment_does(
    repository: Path, *, from_environment: bool
) -> None:
    port, other = free_port(), free_port()
    (repository / ".env").write_text(f"HOST=127.0.0.1\nPORT={other if from_environment else port}\n")
    bare = {name: value for name, value in os.environ.items() if name not in {"HOST", "PORT"}}
    told = {"PORT": str(port)} if from_environment else {}
    command = [sys.executable, "-m", "cascade_site.start", "web"]
    with subprocess.Popen(command, cwd=repository, env=bare | told) as web:
        try:
            wait_for_port(port, patience_s=PATIENCE_S)
        finally:
            web.terminate()
