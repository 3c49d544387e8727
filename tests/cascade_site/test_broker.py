"""Celery's queue in the product's database: its SQL, and a real worker at it."""

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from campaigns.models import Tick
from cascade_site import broker, processes
from cascade_site.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conninfo() -> str:
    """The libpq connection string of the test database."""
    return make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])


@pytest.fixture
def another(conninfo: str) -> Iterator[str]:
    """A fresh database, for what would disturb the queue of the other tests."""
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS test_broker")
        admin.execute("CREATE DATABASE test_broker")
        yield make_conninfo(conninfo, dbname="test_broker")
        admin.execute("DROP DATABASE test_broker WITH (FORCE)")


def ask(conninfo: str, query: LiteralString) -> object:
    """The one value that `query` gives."""
    with psycopg.connect(conninfo) as asked:
        row = asked.execute(query).fetchone()
    return row and row[0]


def run(conninfo: str, statement: LiteralString) -> None:
    """Run a statement and commit."""
    with psycopg.connect(conninfo) as changed:
        changed.execute(statement)


@contextmanager
def worker(conninfo: str, log: Path, *queues: str) -> Iterator[None]:
    """A real Celery worker at the test's database."""
    program = processes.worker(*queues, concurrency=1)
    with log.open("wb") as output:
        process = subprocess.Popen(
            program.command,
            cwd=program.folder,
            env=os.environ | {"DATABASE_URL": conninfo},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(log: Path, text: str) -> None:
    """Wait until the log shows `text`."""
    deadline = time.monotonic() + 60
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)


def test_installing_the_queue_twice_keeps_what_is_in_it(another: str) -> None:
    broker.install_queue(another)
    run(another, "SELECT pgmq.create('kept')")
    broker.install_queue(another)
    assert ask(another, "SELECT count(*) FROM pgmq.list_queues()") == 1


def test_a_newer_version_replaces_our_own(another: str) -> None:
    broker.install_queue(another)
    run(another, "COMMENT ON SCHEMA pgmq IS 'installed by Cascade, version 0.0.1'")
    run(another, "SELECT pgmq.create('of_the_older_one')")
    broker.install_queue(another)
    assert ask(another, "SELECT count(*) FROM pgmq.list_queues()") == 0


def test_processes_that_begin_at_once_all_ask_to_be_told(another: str) -> None:
    broker.install_queue(another)
    run(another, "SELECT pgmq.create('tick')")

    def ask_to_be_told(_number: int) -> None:
        run(another, "SELECT pgmq.enable_notify_insert('tick', 250)")

    with ThreadPoolExecutor(max_workers=8) as processes_begun:
        assert len(list(processes_begun.map(ask_to_be_told, range(64)))) == 64
    assert ask(another, "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'trigger_notify_queue%'") == 1


def test_a_queue_that_somebody_else_installed_stays_as_it_is(another: str) -> None:
    run(another, "CREATE SCHEMA pgmq")
    broker.install_queue(another)
    assert ask(another, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgmq'::regnamespace") == 0


@pytest.mark.timeout(180)
def test_a_published_task_is_run_by_a_worker(conninfo: str, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with worker(conninfo, log, "engine", "tick"):
        wait_for(log, "ready.")
        app.send_task("campaigns.tasks.tick")
        published = time.monotonic()
        while not Tick.objects.exists():
            assert time.monotonic() - published < 60, log.read_text()
            time.sleep(0.02)


@pytest.mark.timeout(180)
def test_a_worker_whose_connections_were_cut_goes_on_with_the_next_task(conninfo: str, tmp_path: Path) -> None:
    """After a restart of PostgreSQL every tick failed, until a thousand of them had."""
    log = tmp_path / "worker.log"
    with worker(conninfo, log, "tick"):
        wait_for(log, "ready.")
        wait_for_a_tick(log, since=None)
        ticked_at = Tick.objects.get().ticked_at
        cut = ask(
            conninfo,
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ '"?(campaigns|channels)_'
            """,
        )
        assert cut, "the worker keeps its connection between two tasks"
        connection.close()
        wait_for_a_tick(log, since=ticked_at)


def wait_for_a_tick(log: Path, *, since: datetime | None) -> None:
    """Publish ticks until one has been recorded after `since` (None: ever)."""
    deadline = time.monotonic() + 60
    later = {"ticked_at__gt": since} if since else {}
    while not Tick.objects.filter(**later).exists():
        app.send_task("campaigns.tasks.tick")
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(1)
