"""The brokers that Celery's tasks go through, each started here, emptied, and taken away."""

import os
import shutil
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from kombu.connection import Connection
from kombu.exceptions import OperationalError

from cascade_site.children import Child, Program
from cascade_site.crew import Crew
from tests.ports import free_port

QUEUES = ("tick", "urgent", "track", "engine", "bulk")
# The script in Debian's /usr/sbin would change the user and forget the environment.
RABBITMQ_PROGRAMS = "/usr/lib/rabbitmq/bin"


class NotInstalled(Exception):
    """The broker's program is missing; the text is a sentence that says which package brings it."""


class Broker(ABC):
    """A broker of this run. `url` is for CELERY_BROKER_URL."""

    name: ClassVar[str]
    url: str

    @abstractmethod
    def start(self, crew: Crew, folder: Path, *, database: Child) -> None:
        """Run it in `folder` under `crew`, where it is not the `database` itself. Raises NotInstalled."""

    @property
    @abstractmethod
    def child(self) -> Child:
        """The process that has to die for the broker to be away."""

    @abstractmethod
    def empty(self) -> None:
        """Forget every task."""

    @abstractmethod
    def is_up(self) -> bool:
        """Whether it takes connections."""


class Pgmq(Broker):
    """The queue inside the product's own database: away when that is away."""

    name = "pgmq"
    url = "pgmq://"

    def start(self, crew: Crew, folder: Path, *, database: Child) -> None:
        """It is there already."""
        self._database = database

    @property
    def child(self) -> Child:
        """PostgreSQL itself."""
        return self._database

    def empty(self) -> None:
        """Delete the rows of all queues."""
        from tests.acceptance.pump import empty_queues  # noqa: PLC0415  Django is set up only after the brokers

        empty_queues()

    def is_up(self) -> bool:
        """With the database, which is waited for by itself."""
        return True


class Redis(Broker):
    """A redis-server that keeps nothing on the disk."""

    name = "redis"

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self, crew: Crew, folder: Path, *, database: Child) -> None:
        """Run it on a port of its own. Raises NotInstalled."""
        program = _program("redis-server", package="redis-server")
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        command = [program, "--port", str(self._port), *options]
        self._child = crew.start(Program(name="redis", command=command, folder=folder), environment=os.environ)

    @property
    def child(self) -> Child:
        """The server."""
        return self._child

    def empty(self) -> None:
        """FLUSHALL."""
        with socket.create_connection(("127.0.0.1", self._port)) as link:
            link.sendall(b"FLUSHALL\r\n")
            assert link.recv(100).startswith(b"+OK")

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            with socket.create_connection(("127.0.0.1", self._port)) as link:
                link.sendall(b"PING\r\n")
                return link.recv(100).startswith(b"+PONG")
        except OSError:
            return False


class RabbitMq(Broker):
    """A RabbitMQ node with a name, a folder and a port mapper of its own, all on the loopback, and without plugins."""

    name = "rabbitmq"

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def start(self, crew: Crew, folder: Path, *, database: Child) -> None:
        """Run it on ports of its own. Raises NotInstalled."""
        server = _program("rabbitmq-server", package="rabbitmq-server", path=RABBITMQ_PROGRAMS)
        port_mapper = _program("epmd", package="rabbitmq-server")
        mapper_port = free_port()
        home = folder / "rabbitmq"
        home.mkdir()
        (home / "enabled_plugins").write_text("[].\n")
        (home / "rabbitmq.conf").write_text("loopback_users.guest = true\nlog.console = true\nlog.file = false\n")
        environment = {
            **os.environ,
            "HOME": str(home),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": f"cascade{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
        }
        mapper = [port_mapper, "-address", "127.0.0.1", "-port", str(mapper_port)]
        crew.start(Program(name="epmd", command=mapper, folder=home), environment=environment)
        self._child = crew.start(Program(name="rabbitmq", command=[server], folder=home), environment=environment)

    @property
    def child(self) -> Child:
        """The node."""
        return self._child

    def empty(self) -> None:
        """Purge each queue that there is."""
        with Connection(self.url) as link:
            for queue in QUEUES:
                channel = link.channel()
                try:
                    channel.queue_purge(queue)
                except link.channel_errors:
                    continue  # no such queue yet

    def is_up(self) -> bool:
        """Whether it lets us in."""
        try:
            with Connection(self.url, connect_timeout=5) as link:
                link.connect()
        except (OSError, OperationalError):
            return False
        return True


def _program(name: str, *, package: str, path: str | None = None) -> str:
    found = shutil.which(name, path=path) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise NotInstalled(f"There is no {name}: install Debian's package {package}.")
    return found


BROKERS: dict[str, Callable[[], Broker]] = {"pgmq": Pgmq, "redis": Redis, "rabbitmq": RabbitMq}
