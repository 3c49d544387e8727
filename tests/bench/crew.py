"""The product's own processes but the web server, and what they cost."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import psutil

from cascade_site import processes
from cascade_site.children import Program, kill_group, launch
from cascade_site.supervisor import QUEUES
from tests.bench.goals import at_most
from tests.bench.ground import cpu_s

MOST_MB = 300


@dataclass(kw_only=True)
class Crew:
    """Workers and beat under way. `most_rss` is the most memory that one process was seen to use, in bytes."""

    running: list[Popen[bytes]] = field(default_factory=list)
    most_rss: int = 0

    def cpu_s(self) -> float:
        """The processor time used so far, in seconds."""
        return sum(cpu_s(psutil.Process(process.pid)) for process in self.running)

    def look_at_memory(self) -> int:
        """Note how much memory the processes use; gives that of all together, in bytes."""
        started = [psutil.Process(process.pid) for process in self.running]
        everybody = [one for process in started for one in [process, *process.children(recursive=True)]]
        sizes = [process.memory_info().rss for process in everybody]
        self.most_rss = max(self.most_rss, *sizes)
        return sum(sizes)

    def memory_goal(self) -> dict[str, Any]:
        """The row of what a worker may use, beside the most that one was seen to."""
        return at_most("memory of a worker", self.most_rss / 1e6, MOST_MB, unit="MB")


@contextmanager
def crew(log_dir: Path, queues: Mapping[str, int] = QUEUES) -> Iterator[Crew]:
    """Run the workers of `queues` (so many at once of each), and beat where there are all of them."""
    started = Crew()
    programs = [processes.worker(queue, concurrency=concurrency) for queue, concurrency in queues.items()]
    try:
        for program in [*programs, processes.beat()] if queues is QUEUES else programs:
            started.running.append(start(program, log_dir))
        yield started
    finally:
        for process in started.running:
            kill_group(process)
            process.wait()


def start(program: Program, log_dir: Path) -> Popen[bytes]:
    """Start `program` with what the measurement's environment says, its lines in `log_dir`."""
    with (log_dir / f"{program.name}.log").open("ab") as log:
        return launch(program, environment=dict(os.environ), output=log)
