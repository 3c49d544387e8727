"""How fast a campaign of one step leaves: personalised, with a tracked link, every state durable.

The clock runs from the moment the audience is enrolled until the last answer is recorded. The judge is the sink:
it must have been asked once for each person, under as many different keys.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.asked import asked
from tests.bench.crew import crew
from tests.bench.goals import at_least, at_most
from tests.bench.ground import ground
from tests.bench.runs import RUN, Rows, in_runs, summed_up
from tests.bench.sink import sink
from tests.bench.telling import tell

PEOPLE = 100_000
RUNS = 3
RATE, FLOOR = 5000, 3000
CPU_S = 0.35


def measure(folder: Path) -> Iterator[dict[str, Any]]:
    """Send RUNS times; gives the rows, and those of the goals. Raises NoSink."""
    rows = []
    for row in send(folder=folder):
        yield row
        rows.append(row)
    yield from judged(rows)


def send(*, folder: Path, delay_s: float = 0) -> Iterator[dict[str, Any]]:
    """Send a campaign to all people, RUNS times, with a sink that answers after `delay_s` seconds.

    Gives a row for each run, their median and range, and the most memory that a worker had. Raises NoSink.
    """
    people = asked("PEOPLE", PEOPLE)
    with sink(folder / "sink", delay_s=delay_s) as vendor, ground(folder / "data", private_hosts=vendor.host):
        from tests.bench import crowd, sending, starting

        crowd.make_crowd(people)
        runs = []
        with crew(folder) as workers:
            starting.wait_for_all(workers)
            for run in range(1, RUNS + 1):
                runs.append({RUN: run, **sending.send_once(people, vendor, workers, folder / "data").as_row()})
                yield runs[-1]
            yield from summed_up(runs)
            yield workers.memory_goal()


def judged(rows: Rows) -> Iterator[dict[str, Any]]:
    """The rows of the goals, which the median of the runs among `rows` has to reach."""
    rates, processor = in_runs(rows, "a second"), in_runs(rows, "CPU-s per 1,000")
    of_what = f"median of {len(rates)} runs of {in_runs(rows, 'messages')[0]:,}"
    yield at_least(f"messages a second, {of_what}", median(rates), RATE, floor=FLOOR)
    yield at_most(f"CPU-s per 1,000 messages, {of_what}", median(processor), CPU_S)


if __name__ == "__main__":
    sys.exit(tell(measure))
