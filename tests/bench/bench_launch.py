"""How fast a campaign lets its audience in: one statement over a segment, with the routes chosen.

The clock runs from the launch until the whole audience is enrolled, through Celery. Only the worker of the long tasks
runs, so that nothing else is measured; people stay where they entered.
"""

import json
import sys
from pathlib import Path
from statistics import median

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_most
from tests.bench.ground import ground

PEOPLE = 1_000_000
RUNS = 3
WITHIN_S = 15
MOST_MB = 300


def main(folder: Path) -> None:
    """Print a row for each run."""
    with ground(folder / "data", private_hosts=""):
        from tests.bench import crowd, enrolling, starting

        people = asked("PEOPLE", PEOPLE)
        crowd.make_crowd(people)
        rows = []
        with crew(folder, queues={"bulk": 1}) as worker:
            starting.wait_for_all(worker)
            for _ in range(RUNS):
                rows.append(enrolling.launch_once(worker, folder / "data"))
                print(json.dumps(rows[-1]), flush=True)
        taken = median(row["seconds"] for row in rows)
        print(json.dumps(at_most(f"until {people:,} are enrolled", taken, WITHIN_S, unit="s")), flush=True)
        print(json.dumps(at_most("memory of a worker", worker.most_rss / 1e6, MOST_MB, unit="MB")), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
