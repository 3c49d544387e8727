"""Hosts on this machine: network namespaces on a switch of their own, which see nothing of the machine's network."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import Popen

from cascade_site.children import Program, kill_group, launch

# For documentation and tests (RFC 5737): nothing else uses it.
NETWORK = "192.0.2"
PREFIX = 24


@dataclass(kw_only=True)
class Host:
    """A network namespace with one cable to the switch. What runs on it ends with the block that made it."""

    name: str
    address: str
    namespace: str
    cable: str
    switch: str
    running: list[Popen[bytes]] = field(default_factory=list)

    def start(self, program: Program, *, environment: Mapping[str, str], log_dir: Path) -> Popen[bytes]:
        """Start `program` here, with nothing but `environment`."""
        here = replace(program, command=[*self._enter(program.user), *program.command], user=None)
        with (log_dir / f"{self.name}-{program.name}.log").open("ab") as log:
            process = launch(here, environment=environment, output=log)
        self.running.append(process)
        return process

    def cut_off(self) -> None:
        """Pull the cable: packets are lost, and nobody is told."""
        ip("-n", self.switch, "link", "set", self.cable, "down")

    def reconnect(self) -> None:
        """Put the cable back."""
        ip("-n", self.switch, "link", "set", self.cable, "up")

    def _enter(self, user: str | None) -> list[str]:
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        return ["ip", "netns", "exec", self.namespace, *become]

    def end(self) -> None:
        """End everything that runs here, as a power cut would."""
        for process in self.running:
            kill_group(process)
            process.wait()


@contextmanager
def hosts(names: Sequence[str]) -> Iterator[dict[str, Host]]:
    """Hosts with these `names`, connected to each other; afterwards neither they nor what runs on them is left."""
    prefix = f"cascade{os.getpid()}"
    switch = f"{prefix}-switch"
    made: dict[str, Host] = {}
    try:
        ip("netns", "add", switch)
        ip("-n", switch, "link", "add", "switch", "type", "bridge")
        ip("-n", switch, "link", "set", "switch", "up")
        for number, name in enumerate(names, start=1):
            made[name] = Host(
                name=name,
                address=f"{NETWORK}.{number}",
                namespace=f"{prefix}-{name}",
                cable=f"port{number}",
                switch=switch,
            )
            _connect(made[name])
        yield made
    finally:
        for host in reversed(made.values()):
            host.end()
            ip("netns", "delete", host.namespace, may_fail=True)
        ip("netns", "delete", switch, may_fail=True)


def _connect(host: Host) -> None:
    ip("netns", "add", host.namespace)
    ip("-n", host.switch, "link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
    ip("-n", host.switch, "link", "set", host.cable, "master", "switch", "up")
    ip("-n", host.namespace, "link", "set", "lo", "up")
    ip("-n", host.namespace, "address", "add", f"{host.address}/{PREFIX}", "dev", "eth0")
    ip("-n", host.namespace, "link", "set", "eth0", "up")


def ip(*arguments: str, may_fail: bool = False) -> None:
    """Run iproute2's `ip`. Raises subprocess.CalledProcessError unless it `may_fail`."""
    subprocess.run(["ip", *arguments], check=not may_fail, capture_output=may_fail)
