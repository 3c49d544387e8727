"""What the hosts run beside the product: PostgreSQL and Redis for the whole network, and a vendor that only takes."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cascade_site import embedded
from cascade_site.children import Program
from cascade_site.cluster import folder_in
from tests.bench.sink import ECHO_MODULE
from tests.hosts.network import NETWORK, PREFIX, Host

OWNER = "cascade"
PASSWORD = "for this run only"
DATABASE = "cascade_on_hosts"
REDIS_PORT = 6379
VENDOR_PORT = 8080
# Long enough that there are always requests under way when a host is cut off.
ANSWERS_AFTER_S = 0.5
VENDOR = """
load_module {module};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  log_format told '$remote_addr $status $http_idempotency_key';
  access_log {folder}/access.log told;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address}:{port};
    default_type application/json;
    location / {{ echo_sleep {seconds}; echo '{{"id":"$request_id"}}'; }}
  }}
}}
"""


def start_postgres(host: Host, folder: Path, environment: Mapping[str, str]) -> str:
    """Run PostgreSQL on `host` for the whole network, with a password; gives its address for this machine's tests."""
    embedded.create(folder, is_durable=False)
    with (folder_in(folder) / "pg_hba.conf").open("a") as admitted:
        admitted.write(f"host all all {NETWORK}.0/{PREFIX} scram-sha-256\n")
    server = embedded.server(folder, is_durable=False)
    listening = replace(server, command=[*server.command, "-c", f"listen_addresses={host.address}"])
    process = host.start(listening, environment=environment, log_dir=folder)
    while (conninfo := embedded.open_database(folder)) is None:
        assert process.poll() is None, "PostgreSQL did not start"
        time.sleep(0.1)
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(OWNER), sql.Literal(PASSWORD)))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    return make_conninfo(conninfo, dbname=DATABASE)


def database_url(host: Host) -> str:
    """How the others reach PostgreSQL on `host`."""
    return f"postgresql://{OWNER}:{PASSWORD.replace(' ', '%20')}@{host.address}/{DATABASE}"


def redis(host: Host) -> Program:
    """Redis for the whole network, which keeps nothing."""
    options = ["--bind", host.address, "--port", str(REDIS_PORT), "--protected-mode", "no", "--save", ""]
    return Program(name="redis", command=[_found("redis-server"), *options])


def broker_url(host: Host) -> str:
    """How the others reach Redis on `host`."""
    return f"redis://{host.address}:{REDIS_PORT}/0"


def vendor(host: Host, folder: Path) -> Program:
    """nginx, which takes everything and notes who asked with which key."""
    folder.mkdir()
    config = folder / "nginx.conf"
    config.write_text(
        VENDOR.format(
            module=ECHO_MODULE, folder=folder, address=host.address, port=VENDOR_PORT, seconds=ANSWERS_AFTER_S
        )
    )
    return Program(name="vendor", command=[_found("nginx"), "-c", config, "-p", folder])


def taken(folder: Path) -> list[tuple[str, str]]:
    """The asking host's address and the key of every request that the vendor in `folder` has taken, in order."""
    log = folder / "access.log"
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(line[0], line[2]) for line in lines if line[1] == "200"]


def _found(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    assert path, f"{program} is not installed"
    return path
