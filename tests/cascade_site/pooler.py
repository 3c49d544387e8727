"""A PgBouncer of our own, in front of a PostgreSQL of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from cascade_site import embedded
from cascade_site.children import Program, launch
from cascade_site.cluster import SUPERUSER, folder_in, server_user
from tests.ports import free_port, wait_for_port

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
CONFIG = """
[databases]
{database} = host={socket_dir} port=5432 dbname={database} user={superuser}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {pool_mode}
"""


@contextmanager
def pooled(folder: Path, *, pool_mode: str) -> Iterator[str]:
    """Run both in `folder`; gives the connection string of the product's database behind the pooler."""
    with embedded.serving(folder, is_durable=False) as conninfo:
        _admit_pooler(folder, conninfo)
        port = free_port()
        config = folder / "pgbouncer.ini"
        config.write_text(
            CONFIG.format(
                database=embedded.DATABASE_NAME,
                socket_dir=embedded.socket_dir(folder),
                superuser=SUPERUSER,
                port=port,
                pool_mode=pool_mode,
            )
        )
        program = Program(name="pgbouncer", command=[PGBOUNCER or "", config], folder=Path("/"), user=server_user())
        with (folder / "pgbouncer.log").open("ab") as log:
            process = launch(program, environment=os.environ, output=log)
        try:
            wait_for_port(port)
            yield make_conninfo(dbname=embedded.DATABASE_NAME, user=SUPERUSER, host="127.0.0.1", port=port)
        finally:
            process.kill()  # a signal may wait for clients, or be ignored by whoever runs the tests
            process.wait()


def _admit_pooler(folder: Path, conninfo: str) -> None:
    """As root, PgBouncer runs as the server's user, whom the server does not let in otherwise."""
    if user := server_user():
        with (folder_in(folder) / "pg_ident.conf").open("a") as admitted:
            admitted.write(f'cascade "{user}" {SUPERUSER}\n')
        with psycopg.connect(conninfo) as admin:
            admin.execute("SELECT pg_reload_conf()")
