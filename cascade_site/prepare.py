"""What stands between a started database and the first page; the supervisor runs it as a process of its own.

The browser's files, tables, the queue, the sample of the demo, and the collected static files; at last one
line of JSON for the supervisor. Of several that start at once, one works and the others find everything done.
"""

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from cascade_site.broker import install_queue
from cascade_site.pooling import SHARED_SESSIONS, shares_sessions
from scripts import assets

# Any number that nothing else in this database locks.
ADVISORY_LOCK = 0x0CA5CADE
SAMPLE_DOMAIN = "@demo.cascade"


class PreparationError(Exception):
    """The product cannot start on this database; the text is the sentence to show."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What the supervisor wants to know of the installation that it is about to start."""

    has_users: bool


def prepare(*, sample_password: str | None) -> Prepared:
    """Bring database and static files up to date; with a password, load the sample with accounts that have it.

    Raises PreparationError.
    """
    try:
        if shares_sessions(settings.DATABASE_URL):
            raise PreparationError(SHARED_SESSIONS)
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as guard:
            guard.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            _prepare_database(sample_password)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise PreparationError(f"The database cannot be used: {reason}") from error
    _lay_out_assets()
    collect_static(stamp=settings.DATA_DIR / "static.stamp")
    return Prepared(has_users=get_user_model().objects.exists())


def _lay_out_assets() -> None:
    try:
        assets.lay_out(node_modules=assets.NODE_MODULES, data_dir=settings.DATA_DIR)
    except FileNotFoundError as error:
        raise PreparationError(f"The browser's packages are not installed: {error.filename} is missing.") from error


def _prepare_database(sample_password: str | None) -> None:
    call_command("migrate", interactive=False, verbosity=1)
    if "conn_string" in settings.CELERY_BROKER_TRANSPORT_OPTIONS:
        install_queue(settings.DATABASE_URL)
    if sample_password:
        _refuse_real_work()
        call_command("load_sample", password=sample_password)
    else:
        call_command("follow_sandbox")


def _refuse_real_work() -> None:
    """The sample must never end up between the customers of somebody who started the wrong command."""
    users = get_user_model().objects
    if users.exists() and not users.filter(email__endswith=SAMPLE_DOMAIN).exists():
        raise PreparationError("This database is in use without the sample: start it with `make run`.")


def collect_static(*, stamp: Path) -> None:
    """Collect and compress the static files, unless they are the ones that `stamp` remembers."""
    fingerprint = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=1)
    stamp.write_text(fingerprint)


def _static_fingerprint() -> str:
    """What changes when a static file does: of all of them the name, the size and the time of change."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            seen.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def main() -> None:
    """Prepare and tell the supervisor; its sample password comes in the environment, where `ps` does not show it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cascade_site.settings")
    django.setup()
    try:
        prepared = prepare(sample_password=os.environ["CASCADE_DEMO_PASSWORD"] if settings.IS_DEMO else None)
    except PreparationError as error:
        sys.exit(str(error))
    print(json.dumps(asdict(prepared)))


if __name__ == "__main__":
    main()
