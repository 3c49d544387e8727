"""What the cases stand on: the judge, a PostgreSQL, a broker and the product's processes under its own supervisor.

What a case kills, the supervisor's crew starts again, as it does for a user.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cascade_site import embedded, processes
from cascade_site.children import Child, Program, kill_group
from cascade_site.crew import Crew
from tests import first_database
from tests.bench.ground import settle_in
from tests.campaigns.servers import in_a_thread
from tests.chaos.brokers import Broker
from tests.chaos.commits import note_commits
from tests.chaos.judge import Judge, running_judge

# For a machine that others use too; nothing is asserted about how long something took.
PATIENCE_S = 300.0
# The tasks that the worker of `engine` runs at once, as in an installation.
SENDING_TASKS = 2
# The crowd speaks so many languages, each of them as many people: a case is for those of one, or for everybody.
LANGUAGES = 4


class Impatient(Exception):
    """Something has not come about in all the time it was given; the text says what."""


@dataclass(kw_only=True)
class Ground:
    """Everything under way. `people` speak each of the LANGUAGES and can be messaged, the same in all cases."""

    crew: Crew
    folder: Path
    judge: Judge
    broker: Broker
    database: Child
    engine: Child
    tracker: Child
    ticker: Child
    beat: Child
    people: int

    def wait(self, is_so: Callable[[], bool], *, what: str, patience_s: float = PATIENCE_S) -> None:
        """Look after the processes until it is so. Raises Impatient with `what` after `patience_s`."""
        deadline = time.monotonic() + patience_s
        self.crew.watch(lambda: is_so() or time.monotonic() > deadline)
        if not is_so():
            raise Impatient(f"not in {patience_s:.0f} seconds: {what}")

    def let_pass(self, seconds: float) -> None:
        """Look after the processes for so long, where a requirement is about real time."""
        deadline = time.monotonic() + seconds
        self.crew.watch(lambda: time.monotonic() > deadline)

    def keep_away(self, child: Child, seconds: float) -> None:
        """Look after the others for so long while `child`, which is dead, stays so."""
        self.crew.children.remove(child)
        self.let_pass(seconds)
        self.crew.children.append(child)

    @contextmanager
    def frozen(self, child: Child) -> Iterator[None]:
        """A process and its children stand still until the block ends."""
        os.killpg(child.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(child.process.pid, signal.SIGCONT)

    def start(self, program: Program) -> Child:
        """Run one process more."""
        return self.crew.start(program, environment=os.environ)

    def dismiss(self, child: Child) -> None:
        """End a process for good."""
        self.crew.children.remove(child)
        self.crew._forget(child)
        child.end()


def kill(child: Child) -> None:
    """End a process and its children as a power cut would (kill -9)."""
    kill_group(child.process)
    child.process.wait()


def stop_immediately(database: Child) -> None:
    """PostgreSQL's immediate mode: every session is cut, nothing is written, recovery at the next start."""
    database.process.send_signal(signal.SIGQUIT)
    database.process.wait()


@contextmanager
def ground(folder: Path, *, broker: Broker, people: int) -> Iterator[Ground]:
    """Run everything in `folder` until the block ends; Django is set up within. Raises brokers.NotInstalled."""
    data_dir = folder / "data"
    data_dir.mkdir(parents=True)
    (data_dir / "static").mkdir()
    first_database.put_into(data_dir)
    embedded.create(data_dir)
    with (
        in_a_thread(running_judge()) as judge,
        Crew(log_dir=folder / "log", record=folder / "processes.json", tell=_keep(folder / "told.log")) as crew,
    ):
        database = crew.start(_database(data_dir), environment=os.environ)
        crew.watch(lambda: bool(embedded.open_database(data_dir)))
        broker.start(crew, folder, database=database)
        os.environ["CELERY_BROKER_URL"] = broker.url
        os.environ["CASCADE_CLOCK_MAY_MOVE"] = "true"
        settle_in(embedded.url(data_dir), data_dir=data_dir, private_hosts=judge.host)
        from tests.bench.crowd import make_crowd  # noqa: PLC0415  Django is set up only now

        note_commits()
        make_crowd(people * LANGUAGES)
        yield _peopled(crew, folder, judge=judge, broker=broker, database=database, people=people)


def _database(data_dir: Path) -> Program:
    """PostgreSQL as the product runs it; it also remembers when each transaction was committed (commits.py)."""
    server = embedded.server(data_dir)
    return replace(server, command=[*server.command, "-c", "track_commit_timestamp=on"])


def _peopled(crew: Crew, folder: Path, *, judge: Judge, broker: Broker, database: Child, people: int) -> Ground:
    """Start the product's processes as the supervisor does, but that one worker ticks, hurries and enrols.

    Of those that decide and send, and that read what came back, each has its worker, as in an installation.
    """

    def started(program: Program) -> Child:
        return crew.start(program, environment=os.environ)

    found = Ground(
        crew=crew,
        folder=folder,
        judge=judge,
        broker=broker,
        database=database,
        engine=started(processes.worker("engine", concurrency=SENDING_TASKS)),
        tracker=started(processes.worker("track", concurrency=1)),
        ticker=started(processes.worker("tick", "urgent", "bulk", concurrency=1)),
        beat=started(processes.beat()),
        people=people,
    )
    found.wait(broker.is_up, what="the broker takes connections")
    return found


def _keep(path: Path) -> Callable[[str], None]:
    """Where the supervisor's own lines go."""

    def tell(line: str) -> None:
        with path.open("a") as kept:
            kept.write(f"{line}\n")

    return tell
