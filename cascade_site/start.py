"""One process of the product, for a machine or a container of its own: `python -m cascade_site.start web`.

It becomes the process, so that whoever started it can stop and watch it. `python -m cascade_site.prepare` comes first.
"""

import os
import sys

import environ
import psycopg
from django.conf import settings

from cascade_site import processes
from cascade_site.children import FOLDER, Program
from cascade_site.pooling import SHARED_SESSIONS, shares_sessions
from cascade_site.supervisor import QUEUES

USAGE = f"Say what to start: web, beat, or a worker ({', '.join(QUEUES)}) and how many tasks it runs at once."


class Unclear(Exception):
    """There is no such process; the text is the one sentence to show."""


def program(arguments: list[str], *, host: str, port: int) -> Program:
    """The process that `arguments` name: web (on `host`:`port`), beat, or a queue and how many tasks it runs at once.

    A worker without a number runs as many as under the supervisor. Raises Unclear.
    """
    match arguments:
        case ["web"]:
            return processes.web(host=host, port=port)
        case ["beat"]:
            return processes.beat()
        case [queue] if queue in QUEUES:
            return processes.worker(queue, concurrency=QUEUES[queue])
        case [queue, count] if queue in QUEUES and count.isdigit() and int(count) > 0:
            return processes.worker(queue, concurrency=int(count))
    raise Unclear(USAGE)


def _would_share_sessions() -> bool:
    """Of a database that is away the process itself tells, and waits for it."""
    try:
        return shares_sessions(settings.DATABASE_URL)
    except psycopg.OperationalError:
        return False


def main() -> None:
    """Become the process that the command line names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cascade_site.settings")
    # The settings read it too, but HOST and PORT are wanted before them.
    environ.Env.read_env(FOLDER / ".env")
    try:
        started = program(
            sys.argv[1:], host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000"))
        )
    except Unclear as unclear:
        sys.exit(str(unclear))
    if _would_share_sessions():
        sys.exit(SHARED_SESSIONS)
    os.chdir(started.folder)
    os.execv(started.command[0], [str(part) for part in started.command])  # noqa: S606  a command of our own, and nothing between


if __name__ == "__main__":
    main()
