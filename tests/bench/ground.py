"""What every measurement stands on: a PostgreSQL that keeps its promises (fsync), and the product's tables in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
import psutil
from django.core.management import call_command

from cascade_site import embedded
from cascade_site.broker import install_queue
from cascade_site.cluster import folder_in

FOLDER = Path(__file__).resolve().parents[2]
# With its own configuration, as `make run` starts it; the sink is on this machine.
ENVIRONMENT = {
    "CASCADE_PUBLIC_URL": "https://go.shop.example",
    "LOG_LEVEL": "WARNING",
    # In seconds: a measurement of several steps shall come to its end.
    "CASCADE_STEP_TIMEOUT_MIN": "5",
}


@contextmanager
def ground(data_dir: Path, *, private_hosts: str = "", notes_commits: bool = False) -> Iterator[None]:
    """Run an empty product's database in `data_dir`; Django is set up for it within the block.

    With `notes_commits` PostgreSQL remembers when each transaction was committed (pg_xact_commit_timestamp).
    """
    shutil.rmtree(data_dir, ignore_errors=True)
    data_dir.mkdir(parents=True)
    if notes_commits:
        embedded.create(data_dir)
        with (folder_in(data_dir) / "postgresql.auto.conf").open("a") as settings:
            settings.write("track_commit_timestamp = on\n")
    with embedded.serving(data_dir) as conninfo:
        settle_in(conninfo, data_dir=data_dir, private_hosts=private_hosts)
        yield


def settle_in(conninfo: str, *, data_dir: Path, private_hosts: str) -> None:
    """Set Django up for the empty database of a libpq connection string, and make the product's tables in it.

    What is started from now on inherits the environment.
    """
    os.environ.update(ENVIRONMENT)
    os.environ["CASCADE_DATA_DIR"] = str(data_dir)
    os.environ["DATABASE_URL"] = conninfo
    os.environ["CASCADE_PRIVATE_HOSTS"] = private_hosts
    os.environ["DJANGO_SETTINGS_MODULE"] = "cascade_site.settings"
    _migrate(conninfo)


def _migrate(conninfo: str) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    install_queue(conninfo)


def postgres_cpu_s(data_dir: Path) -> float:
    """The processor time that the server in `data_dir` has used, in seconds, ended backends included."""
    pid = int((folder_in(data_dir) / "postmaster.pid").read_text().splitlines()[0])
    return cpu_s(psutil.Process(pid))


def cpu_s(process: psutil.Process) -> float:
    """The processor time of `process` and of all it started, in seconds, the ended ones included."""
    total = 0.0
    # What ends meanwhile is counted by whoever started it, which is therefore looked at after it.
    for one in reversed(process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += _own_cpu_s(one)
    return total + _own_cpu_s(process)


def _own_cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system + getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
