"""An empty product, prepared once for all processes that test side by side, as its first start prepares it.

All migrations run once, beside the collecting of tests. Each process copies the database as its own, and a product
that is started copies the folders, unless it is its very first start that is tried.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cascade_site import embedded
from cascade_site.cluster import folder_in

FOLDER = Path(__file__).resolve().parent.parent
# Where it is made, for the processes that share it; unset where there is only one, which migrates as ever.
VARIABLE = "CASCADE_TESTS_FIRST_DATABASE"
# What the preparation leaves, but for the keys: each product makes its own. Thousands of icons cost a copy much.
COPIED, SHARED = ("postgres", "static", "static.stamp"), ("vendor", "icons", "assets.stamp")


@contextmanager
def shared(data_dir: Path) -> Iterator[str]:
    """Serve `data_dir` for a while, the first database in it; gives the libpq connection string at once.

    Whoever wants the database waits for it by `name` or `put_into`.
    """
    os.environ[VARIABLE] = str(data_dir)
    with _lock(data_dir).open("w") as making, ThreadPoolExecutor(max_workers=1) as beside, ExitStack() as served:
        fcntl.flock(making, fcntl.LOCK_EX)

        def make() -> None:
            try:
                made = _make(data_dir)
                _copy(folder_in(made), folder_in(data_dir))
                served.enter_context(embedded.serving(data_dir, is_durable=False))
                made.rename(_first(data_dir))
            finally:
                fcntl.flock(making, fcntl.LOCK_UN)

        done = beside.submit(make)
        yield embedded.url(data_dir)
        done.result()


def name() -> str | None:
    """The name of the database to copy, when its server runs; None where each process makes its own."""
    return embedded.DATABASE_NAME if _made() else None


def put_into(data_dir: Path) -> None:
    """Spare the product that will start in `data_dir` its preparation, where another has been prepared."""
    if made := _made():
        for part in {*COPIED, *SHARED} - {present.name for present in data_dir.iterdir()}:
            if part in SHARED:
                (data_dir / part).symlink_to(made / part)
            else:
                _copy(made / part, data_dir / part)


def _made() -> Path | None:
    """Where it is when it has been made; None where nobody makes it."""
    if not (told := os.environ.get(VARIABLE)):
        return None
    data_dir = Path(told)
    with _lock(data_dir).open() as making:
        fcntl.flock(making, fcntl.LOCK_SH)
    assert _first(data_dir).exists(), "The first database could not be made: the end of the output says why."
    return _first(data_dir)


def _make(data_dir: Path) -> Path:
    folder = data_dir / "first.new"
    with embedded.serving(folder, is_durable=False) as conninfo:
        environment = os.environ | {"DATABASE_URL": conninfo, "CASCADE_DATA_DIR": str(folder)}
        command = [sys.executable, "-m", "cascade_site.prepare"]
        subprocess.run(command, cwd=FOLDER, env=environment, check=True, stdout=subprocess.DEVNULL)
    return folder


def _copy(part: Path, to: Path) -> None:
    """With owners and rights, at which PostgreSQL looks, and with the times of change that stamps remember."""
    subprocess.run(["cp", "-a", part, to], check=True)


def _lock(data_dir: Path) -> Path:
    return data_dir / "first.lock"


def _first(data_dir: Path) -> Path:
    return data_dir / "first"
