"""A vendor that only takes: nginx from Debian, whose access log holds the idempotency key of every request."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.ports import free_port, wait_for_port

ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
KEY_HEADER = "Idempotency-Key"
CONFIG = """
{module}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  log_format key '$msec $request_time $status $http_idempotency_key';
  access_log {folder}/access.log key buffer=256k flush=1s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 60s;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    location / {{ {answer} }}
  }}
}}
"""
AT_ONCE = """return 200 '{"id":"$request_id"}';"""
LATER = """echo_sleep {seconds}; echo '{{"id":"$request_id"}}';"""


class NoSink(Exception):
    """nginx, or what it needs to answer late, is not installed: says what is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An accepted request: its idempotency key, and when its first byte came, in seconds since 1970."""

    key: str
    begun_at: float


@dataclass(frozen=True, kw_only=True)
class Sink:
    """An nginx under way: `url` takes requests, `log` lists them."""

    url: str
    host: str
    log: Path
    process: subprocess.Popen[bytes]

    def keys(self) -> list[str]:
        """The keys of all accepted requests so far, in the order of their answers."""
        return [taken.key for taken in self.taken()]

    def taken(self) -> list[Taken]:
        """All accepted requests so far, in the order of their answers."""
        time.sleep(1.5)  # longer than nginx keeps lines to itself
        lines = (line.split() for line in self.log.read_text().splitlines())
        return [
            # nginx notes the end and the duration, to the millisecond.
            Taken(key=key, begun_at=float(ended_at) - float(took))
            for ended_at, took, status, key in lines
            if status == "200"
        ]

    def cpu_s(self) -> float:
        """The processor time that it has used so far, in seconds."""
        tree = [psutil.Process(self.process.pid)]
        tree += tree[0].children(recursive=True)
        return sum(process.cpu_times().user + process.cpu_times().system for process in tree)


@contextmanager
def sink(folder: Path, *, delay_s: float = 0) -> Iterator[Sink]:
    """Run a sink in `folder` that answers after `delay_s` seconds. Raises NoSink."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise NoSink("There is no nginx: install Debian's package nginx-light.")
    if delay_s and not ECHO_MODULE.exists():
        raise NoSink("nginx cannot answer late: install Debian's package libnginx-mod-http-echo.")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        CONFIG.format(
            module=f"load_module {ECHO_MODULE};" if delay_s else "",
            folder=folder,
            port=port,
            answer=LATER.format(seconds=delay_s) if delay_s else AT_ONCE,
        )
    )
    process = subprocess.Popen([program, "-c", config, "-p", folder], stderr=subprocess.DEVNULL)
    wait_for_port(port)
    try:
        yield Sink(
            url=f"http://127.0.0.1:{port}/send",
            host=f"127.0.0.1:{port}",
            log=folder / "access.log",
            process=process,
        )
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()
