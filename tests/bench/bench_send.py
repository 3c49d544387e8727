"""How fast a campaign of one step leaves: personalised, with a tracked link, every state durable.

The clock runs from the moment the audience is enrolled until the last answer is recorded. The judge is the sink:
it must have been asked once for each person, under as many different keys.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_most
from tests.bench.ground import ground
from tests.bench.sink import sink

PEOPLE = 100_000
RUNS = 3
MOST_MB = 300


def send(*, people: int, runs: int, folder: Path, delay_s: float = 0) -> Iterator[dict[str, Any]]:
    """Send a campaign to `people` contacts, `runs` times, with a sink that answers after `delay_s` seconds.

    Gives a row for each run, and the most memory that a worker had. Raises NoSink.
    """
    with sink(folder / "sink", delay_s=delay_s) as vendor, ground(folder / "data", private_hosts=vendor.host):
        from tests.bench import crowd, sending, starting

        crowd.make_crowd(people)
        with crew(folder) as workers:
            starting.wait_for_all(workers)
            for _ in range(runs):
                yield sending.send_once(people, vendor, workers, folder / "data").as_row()
            yield at_most("memory of a worker", workers.most_rss / 1e6, MOST_MB, unit="MB")


if __name__ == "__main__":
    for row in send(people=asked("PEOPLE", PEOPLE), runs=RUNS, folder=Path(sys.argv[1])):
        print(json.dumps(row), flush=True)
