"""The PostgreSQL that comes along as a wheel, and how Django and Celery reach a database.

The wheel's programs are used and its Python module is not: that one gives the server 10 seconds to
start, which recovery after a crash may exceed, takes any living process for the server that a stale
postmaster.pid names, and lets every user of the machine in.
"""

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cascade_site.children import Program, launch
from cascade_site.cluster import (
    STOP_SIGNAL,
    SUPERUSER,
    EmbeddedError,
    folder_in,
    make_ready,
    server_user,
    wheels_programs,
)

DATABASE_NAME = "cascade"
# The address of a Unix socket holds 107 bytes on Linux and 103 on macOS; PostgreSQL splits its folder at commas.
SOCKET_PATH = re.compile(rb"[^,]{1,103}")
# In seconds, as libpq wants it.
CONNECT_TIMEOUT = "3"
# A host that was cut off says nothing any more: after some twenty seconds a connection to it is given up, as libpq
# wants it told. Linux would wait for a quarter of an hour, and without anything to send for two hours.
GIVE_UP_SILENCE = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "20000",
}
# The same for Redis, in seconds.
REDIS_PATIENCE = {
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
MEGABYTE = 1024 * 1024
# Failed statements are their callers' to tell; what the console must show is a server in trouble.
IN_TROUBLE = re.compile(r"\bPANIC\b|No space left|could not (write|read|fsync|open)")


def create(data_dir: Path, *, is_durable: bool = True) -> None:
    """Make the database cluster of `data_dir` if there is none, ready to be started.

    A leftover of a server that died is cleared away. `is_durable` as for `server`. Raises EmbeddedError.
    """
    make_ready(folder_in(data_dir), socket_dir=socket_dir(data_dir), is_durable=is_durable)


def server(data_dir: Path, *, is_durable: bool = True) -> Program:
    """The server of `data_dir`, which `create` has made: on a Unix socket only.

    `is_durable` False gives up what a crash of the machine would lose, for a server thrown away after tests.
    """
    settings = _server_settings(data_dir, is_durable=is_durable)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=[wheels_programs() / "postgres", "-D", folder_in(data_dir), *options],
        folder=Path("/"),  # the server's own user may not be allowed into ours
        user=server_user(),
        stop_signal=STOP_SIGNAL,
        important=IN_TROUBLE,
        is_foundation=True,
    )


def open_database(data_dir: Path) -> str | None:
    """The libpq connection string of the product's database, made if need be; None while the server still starts.

    Raises EmbeddedError where it starts no more and lets nobody in.
    """
    conninfo = _conninfo(socket_dir(data_dir))
    try:
        with psycopg.connect(make_conninfo(conninfo, dbname="postgres"), autocommit=True) as connection:
            named = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
            if not named.fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))
    except psycopg.OperationalError as error:
        # "The database system is starting up", "… in recovery mode", and no socket yet.
        if "FATAL" not in str(error) or "the database system is" in str(error):
            return None
        raise EmbeddedError(f"PostgreSQL lets nobody in: {error}") from error
    return conninfo


@contextmanager
def serving(data_dir: Path, *, is_durable: bool = True) -> Iterator[str]:
    """Run the server of `data_dir` for a while; gives the libpq connection string. Raises EmbeddedError."""
    create(data_dir, is_durable=is_durable)
    with (data_dir / "postgres.log").open("ab") as log:
        process = launch(server(data_dir, is_durable=is_durable), environment=os.environ, output=log)
    try:
        while (conninfo := open_database(data_dir)) is None:
            if process.poll() is not None:
                raise EmbeddedError(f"PostgreSQL did not start: {data_dir / 'postgres.log'} tells why.")
            time.sleep(0.05)
        yield conninfo
    finally:
        process.send_signal(STOP_SIGNAL)
        process.wait()


def url(data_dir: Path) -> str:
    """The libpq connection string of the embedded database, which reaches nothing while the server does not run."""
    try:
        # The running server knows best: another process may see another XDG_RUNTIME_DIR.
        lines = (folder_in(data_dir) / "postmaster.pid").read_text().splitlines()
    except OSError:
        lines = []
    return _conninfo(Path(lines[4]) if len(lines) > 4 else socket_dir(data_dir))


def socket_dir(data_dir: Path) -> Path:
    """Where the server's socket is: with its data, or in a short folder of the user where that path is too long."""
    cluster = folder_in(data_dir)
    if SOCKET_PATH.fullmatch(os.fsencode(cluster / ".s.PGSQL.5432")):
        return cluster
    runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    identity = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    return Path(runtime) / f"cascade-{identity}"


def django_database(conninfo: str) -> dict[str, Any]:
    """Django's DATABASES entry for a libpq connection string or URL.

    A server that does not answer is given up after a few seconds: behind a click there is a person who waits.
    """
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", DATABASE_NAME),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECT_TIMEOUT, **GIVE_UP_SILENCE, **given},
        "TEST": {"TEMPLATE": "template1"},
    }


def broker_options(broker_url: str, conninfo: str) -> dict[str, Any]:
    """Celery's transport options. For `pgmq://` alone, the queue lives in the product's database.

    kombu misreads a URL whose query holds a socket directory, so it is given libpq's `key=value`
    form; cascade_site/broker.py installs the queue's SQL, without the extension.
    """
    if re.match(r"rediss?:", broker_url):
        return REDIS_PATIENCE
    if not re.fullmatch(r"pgmq:/*", broker_url):
        return {}
    return {
        "conn_string": _for_pgmq(make_conninfo(conninfo, **_silence_unless_told(conninfo))),
        "init_extension": False,
        # Woken by NOTIFY. A long poll would keep a transaction open, and a worker from stopping.
        "use_notify": True,
        "wait_time_seconds": 0,
    }


def _silence_unless_told(conninfo: str) -> dict[str, str]:
    told = conninfo_to_dict(conninfo)
    return {name: value for name, value in GIVE_UP_SILENCE.items() if name not in told}


def _for_pgmq(conninfo: str) -> str:
    """`conninfo` as pgmq understands it: it reads five values, writes them into another string, and drops the rest.

    It forgets the quotes. So each value is given with a pair of its own, and the rest goes with the last one.
    """
    given: dict[str, Any] = dict(conninfo_to_dict(conninfo))
    quoted = {name: _quoted(given.pop(name, "")) for name in ("host", "port", "dbname", "user", "password")}
    quoted["password"] += f" {make_conninfo(**given)}" if given else ""
    return make_conninfo(**quoted)


def _quoted(value: object) -> str:
    escaped = str(value).replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"


def _conninfo(socket_folder: Path) -> str:
    return make_conninfo(dbname=DATABASE_NAME, user=SUPERUSER, host=str(socket_folder), port="5432")


def _server_settings(data_dir: Path, *, is_durable: bool) -> dict[str, str]:
    memory, disk = psutil.virtual_memory().total, shutil.disk_usage(folder_in(data_dir)).total
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir(data_dir)),
        "max_connections": "100",
        # An eighth, because web and workers live on the same machine.
        "shared_buffers": f"{min(max(memory // 8 // MEGABYTE, 64), 1024)}MB",
        "effective_cache_size": f"{memory // 2 // MEGABYTE}MB",
        "random_page_cost": "1.1",
        # The queries are short and many: compiling one costs more than it saves.
        "jit": "off",
        # Queue tables change all their rows every minute.
        "autovacuum_naptime": "15s",
        # After a checkpoint each page is written whole when it first changes. One begins when there is half as much
        # WAL; a message on its way writes 4.6 kB.
        "checkpoint_timeout": "15min",
        "max_wal_size": f"{min(max(disk // 50 // MEGABYTE, 1024), 4096)}MB",
        "log_min_duration_statement": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return (
        settings if is_durable else settings | dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
    )
