"""The PostgreSQL that comes along: real servers, real crashes."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psutil
import psycopg
import pytest
from pgmq.base import PGMQConfig
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cascade_site import embedded
from cascade_site.cluster import EmbeddedError


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short folder: pytest's own would be too long for a socket."""
    with TemporaryDirectory(prefix="cascade-pg-") as folder:
        yield Path(folder)


def ask(conninfo: str, query: LiteralString) -> object:
    """The one value that `query` gives."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


def postmaster_pid(data_dir: Path) -> int:
    """The process number of the running server."""
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_the_database_knows_cyrillic_whatever_the_locale_of_the_machine(data_dir: Path) -> None:
    with embedded.serving(data_dir, is_durable=False) as conninfo:
        assert ask(conninfo, "SELECT lower('ПРИВЕТ')") == "привет"
        template = make_conninfo(conninfo, dbname="template1")
        assert ask(template, "SELECT 'Ж' ILIKE 'ж'") is True


def test_two_servers_run_side_by_side(data_dir: Path) -> None:
    with (
        embedded.serving(data_dir / "a", is_durable=False) as first,
        embedded.serving(data_dir / "b", is_durable=False) as second,
    ):
        assert ask(first, "SHOW data_directory") != ask(second, "SHOW data_directory")


def test_data_survives_a_server_that_was_killed(data_dir: Path) -> None:
    with embedded.serving(data_dir) as conninfo:
        with psycopg.connect(conninfo) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(postmaster_pid(data_dir), signal.SIGKILL)
    assert (data_dir / "postgres" / "postmaster.pid").exists()
    with embedded.serving(data_dir) as conninfo:
        assert ask(conninfo, "SELECT answer FROM kept") == 42


def test_a_lock_whose_process_number_is_now_somebody_elses_does_not_keep_the_server_from_starting(
    data_dir: Path,
) -> None:
    embedded.create(data_dir, is_durable=False)
    lock_file = data_dir / "postgres" / "postmaster.pid"
    lock_file.write_text(f"{os.getpid()}\n{data_dir}/postgres\n1\n5432\n/nowhere\n\n")
    with embedded.serving(data_dir, is_durable=False) as conninfo:
        assert ask(conninfo, "SELECT 1") == 1


def test_a_server_that_was_left_running_is_stopped_before_the_next_start(data_dir: Path) -> None:
    with embedded.serving(data_dir, is_durable=False):
        left = psutil.Process(postmaster_pid(data_dir))
        embedded.create(data_dir, is_durable=False)
        assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(data_dir: Path) -> None:
    """The address of a Unix socket holds 107 bytes."""
    deep = data_dir / ("a" * 60) / ("b" * 60)
    with embedded.serving(deep, is_durable=False) as conninfo:
        assert ask(conninfo, "SELECT 1") == 1
        assert embedded.url(deep) == conninfo
        socket_dir = embedded.socket_dir(deep)
        assert not socket_dir.is_relative_to(deep)
        assert socket_dir.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as another user")
def test_another_user_of_the_machine_is_not_let_in(data_dir: Path) -> None:
    with embedded.serving(data_dir, is_durable=False) as conninfo:
        (data_dir / "postgres").chmod(0o711)
        psql = Path(embedded.server(data_dir).command[0]).with_name("psql")
        tried = subprocess.run(
            [psql, conninfo, "-c", "SELECT 1"],
            check=False,
            user="nobody",
            group="nogroup",
            capture_output=True,
            cwd="/",
        )
    assert b"Peer authentication failed" in tried.stderr


def test_what_cannot_start_says_where_to_look(data_dir: Path) -> None:
    embedded.create(data_dir, is_durable=False)
    (data_dir / "postgres" / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(EmbeddedError, match=r"postgres\.log tells why"), embedded.serving(data_dir):
        pass


def test_data_of_another_major_version_is_left_alone(data_dir: Path) -> None:
    embedded.create(data_dir, is_durable=False)
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 9"):
        embedded.create(data_dir, is_durable=False)


def test_a_url_of_ones_own_becomes_djangos_settings() -> None:
    settings = embedded.django_database("postgresql://ann:s%40cret@db.example:5433/shop?sslmode=require")
    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("shop", "ann", "s@cret")
    assert (settings["HOST"], settings["PORT"]) == ("db.example", "5433")
    assert settings["OPTIONS"] == {"sslmode": "require", "connect_timeout": "3", **embedded.GIVE_UP_SILENCE}


def test_a_url_may_say_how_long_to_wait_for_the_server() -> None:
    settings = embedded.django_database("postgresql://db.example/shop?connect_timeout=10&tcp_user_timeout=5000")
    assert settings["OPTIONS"] == embedded.GIVE_UP_SILENCE | {"connect_timeout": "10", "tcp_user_timeout": "5000"}


def test_the_address_of_a_server_that_never_ran_reaches_nothing(data_dir: Path) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(embedded.url(data_dir))


@pytest.mark.parametrize("broker_url", ["amqp://guest@mq//", "pgmq://ann@db/shop"])
def test_a_broker_of_ones_own_gets_no_options_of_ours(broker_url: str) -> None:
    assert embedded.broker_options(broker_url, "dbname=shop") == {}


def test_a_redis_that_falls_silent_is_given_up() -> None:
    options = embedded.broker_options("redis://cache:6379/0", "dbname=shop")
    assert options["socket_keepalive"]
    assert 0 < options["socket_timeout"] <= 20


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://ann:s%40cret@db.example:5433/shop?sslmode=require&connect_timeout=3",
        r"dbname=shop host='/home/ann/my folder/it\'s' user=ann",
        "host=db.example password='two words\\\\'",
    ],
)
def test_the_queue_lives_in_the_products_database(conninfo: str) -> None:
    """pgmq writes what it read of a connection string into another without quotes, and forgets sslmode."""
    read_by_pgmq = PGMQConfig(conn_string=embedded.broker_options("pgmq://", conninfo)["conn_string"])
    reached = {name: value for name, value in conninfo_to_dict(read_by_pgmq.dsn).items() if value}
    assert reached == embedded.GIVE_UP_SILENCE | conninfo_to_dict(conninfo)


def test_a_folder_with_spaces_and_a_comma_works(data_dir: Path) -> None:
    with embedded.serving(data_dir / "my, folder", is_durable=False) as conninfo:
        assert ask(conninfo, "SELECT 1") == 1
    with embedded.serving(data_dir / "my folder's", is_durable=False) as conninfo:
        assert ask(conninfo, "SELECT 1") == 1
