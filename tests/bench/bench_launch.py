"""How fast a campaign lets its audience in: one statement over a segment, with the routes chosen.

The clock runs from the launch until the whole audience is enrolled, through Celery. Only the worker of the long tasks
runs, so that nothing else is measured; people stay where they entered. The judge is the database: everybody must be
enrolled, by the route that is theirs.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_most
from tests.bench.ground import ground
from tests.bench.runs import RUN, Rows, in_runs, summed_up
from tests.bench.telling import tell

PEOPLE = 1_000_000
RUNS = 3
WITHIN_S = 15
# Were people in memory, a million of them would be a multiple of what the worker is without them.
FLAT = 1.1


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Launch RUNS times; gives the rows."""
    with ground(folder / "data", private_hosts=""):
        from tests.bench import crowd, enrolling, starting

        crowd.make_crowd(asked("PEOPLE", PEOPLE))
        runs = []
        with crew(folder, queues={"bulk": 1}) as worker:
            starting.wait_for_all(worker)
            for run in range(1, RUNS + 1):
                runs.append({RUN: run, **enrolling.launch_once(worker, folder / "data")})
                yield runs[-1]
        yield from summed_up(runs)
        yield from judged(runs)
        yield worker.memory_goal()


def judged(runs: Rows) -> Iterator[dict[str, Any]]:
    """The rows of the goals: how long the median run took, and by how much the worker's processes grew in the worst."""
    growth = [row["most MB"] / row["MB before"] for row in runs]
    people = f"{runs[0]['people']:,}"
    yield at_most(f"until {people} are enrolled, median", median(in_runs(runs, "seconds")), WITHIN_S, unit="s")
    yield at_most(f"most memory of the worker while {people} are enrolled", max(growth), FLAT, unit="times that before")


if __name__ == "__main__":
    sys.exit(tell(measure))
