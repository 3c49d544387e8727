"""Three cases of `make chaos` in every run of the tests, with everything real: together, as starting costs most."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.ground import FOLDER

CASES = ("kill_mid_http", "postgres_stopped", "stop_racing_timer")


@pytest.mark.timeout(900)
def test_a_killed_worker_a_stopped_database_and_a_stop_racing_a_timer_lose_nobody_and_repeat_nothing(
    tmp_path: Path,
) -> None:
    """Incidents: listmonk (a crash loses the queue and says finished), mautic#3669, PostHog/posthog#70400."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", f"--folder={tmp_path / 'chaos'}", *CASES],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [f"{case}: held" in done.stdout for case in CASES] == [True] * len(CASES)
