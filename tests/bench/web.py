"""The product's own web server, as the supervisor starts it, and what it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psutil

from cascade_site import processes
from cascade_site.children import kill_group
from tests.bench.crew import start
from tests.bench.ground import cpu_s
from tests.ports import free_port, wait_for_port

# It imports all of Django first, on a machine that may be slow.
PATIENCE_S = 90


@dataclass(frozen=True, kw_only=True)
class Web:
    """A web server under way on `port` of the loopback."""

    port: int
    process: Popen[bytes]

    def cpu_s(self) -> float:
        """The processor time used so far, in seconds."""
        return cpu_s(psutil.Process(self.process.pid))


@contextmanager
def web(log_dir: Path) -> Iterator[Web]:
    """Run the web server until the block ends."""
    port = free_port()
    process = start(processes.web(host="127.0.0.1", port=port), log_dir)
    try:
        wait_for_port(port, patience_s=PATIENCE_S)
        yield Web(port=port, process=process)
    finally:
        kill_group(process)
        process.wait()
