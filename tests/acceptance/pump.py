"""Celery as the product runs it, beside a test: real processes at the test's database, its queue and a sandbox."""

import json
import os
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cascade_site import processes
from cascade_site.children import Program, kill_group, launch
from cascade_site.supervisor import QUEUES
from channels.sandbox import tokens
from channels.sandbox.preferences import FaultRule, Preferences, as_json
from tests import until

# A start of Python and Django takes some seconds of a machine that has other things to do.
PATIENCE_S = 240.0
# So many characters of what a process said last are shown when a test fails.
SHOWN = 10_000


wait_until = partial(until.wait_until, patience_s=PATIENCE_S, every_s=0.02)


@dataclass(frozen=True, kw_only=True)
class SandboxProcess:
    """A sandbox at `url`, asked over its API as the account `name`."""

    url: str
    secret: str
    name: str = "workers"

    @property
    def credentials(self) -> dict[str, str]:
        """What the account has to know."""
        return tokens.credentials(self.secret, self.name)

    @property
    def host(self) -> str:
        """Host and port, as settings.PRIVATE_HOSTS names them."""
        return self.url.removeprefix("http://")

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self.ask("GET", "/api/account"))
        except OSError:
            return False

    def be_slow(self, seconds: float) -> None:
        """From now on every answer comes so late; the messages are taken at once."""
        slow = Preferences(faults=(FaultRule(fault="slow", seconds=seconds),))
        self.ask("PUT", "/api/settings", {"faults": as_json(slow)["faults"]})

    def inbox(self) -> list[dict[str, Any]]:
        """Every message that it has taken from the account, up to a thousand."""
        messages: list[dict[str, Any]] = self.ask("GET", "/api/messages?limit=1000")["messages"]
        return messages

    def received(self) -> Counter[str]:
        """How many messages each address has got."""
        return Counter(message["address"] for message in self.inbox())

    def ask(self, method: str, path: str, told: dict[str, Any] | None = None) -> Any:
        """What the API answers. Raises OSError where it does not."""
        headers = {"Authorization": f"Bearer {self.credentials['api_key']}"}
        body = json.dumps(told).encode() if told is not None else None
        request = urllib.request.Request(self.url + path, method=method, headers=headers, data=body)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


@dataclass(kw_only=True)
class Pump:
    """Starts processes that end with the test; what they say is kept in `folder`."""

    folder: Path
    public_url: str
    sandbox: SandboxProcess
    running: list[Popen[bytes]] = field(default_factory=list)

    def worker(self) -> Popen[bytes]:
        """A worker for all queues."""
        return self._start(processes.worker(*QUEUES, concurrency=2))

    def beat(self) -> Popen[bytes]:
        """A clock."""
        return self._start(processes.beat())

    def kill(self, process: Popen[bytes]) -> None:
        """End a process and its children as a power cut would (kill -9)."""
        kill_group(process)
        process.wait()
        self.running.remove(process)

    def end(self) -> None:
        """Kill whatever still runs. What the processes said is shown with the test if it failed."""
        for process in list(self.running):
            self.kill(process)
        for path in sorted(self.folder.glob("*.log")):
            sys.stdout.write(f"--- {path.name}\n{path.read_text(errors='replace')[-SHOWN:]}\n")

    def _start(self, program: Program) -> Popen[bytes]:
        with (self.folder / f"{program.name}-{len(self.running)}.log").open("ab") as log:
            process = launch(program, environment=self._environment(), output=log)
        self.running.append(process)
        return process

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"]),
            "CASCADE_PUBLIC_URL": self.public_url,
            "CASCADE_PRIVATE_HOSTS": self.sandbox.host,
        }


@contextmanager
def sandbox_process(folder: Path, *, port: int) -> Iterator[SandboxProcess]:
    """The sandbox as the supervisor starts it, on `port`, until the block ends."""
    with (folder / "sandbox.log").open("ab") as log:
        process = launch(processes.sandbox(port=port, data_dir=folder), environment=os.environ, output=log)
    try:
        secret = tokens.load_secret(folder / "sandbox")
        sandbox = SandboxProcess(url=f"http://127.0.0.1:{port}", secret=secret)
        wait_until(sandbox.is_up, what="the sandbox answers")
        yield sandbox
    finally:
        kill_group(process)
        process.wait()


def empty_queues() -> int:
    """Take every task out of Celery's queues, as a broker does that forgets; gives how many there were."""
    conninfo = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
    with psycopg.connect(conninfo, autocommit=True) as queues:
        names = [str(name) for (name,) in queues.execute("SELECT queue_name FROM pgmq.list_queues()")]
        tables = [sql.Identifier("pgmq", f"q_{name}") for name in names]
        return sum(queues.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount for table in tables)
