"""The broker of the plain Celery tasks: Redis where Debian's package is installed, else the same PostgreSQL."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cascade_site.broker import install_queue
from tests.ports import free_port, wait_for_port


@contextmanager
def broker(folder: Path, *, conninfo: str) -> Iterator[str]:
    """Run a broker that keeps nothing, in `folder`; gives its URL. Without Redis it is the database of `conninfo`."""
    program = shutil.which("redis-server")
    if program is None:
        install_queue(conninfo)
        yield "pgmq://"
        return
    folder.mkdir(parents=True)
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()
