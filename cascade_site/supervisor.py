"""One command, all processes: `python -m cascade_site.supervisor demo` or `run`, until Ctrl-C.

Order of starting: the embedded PostgreSQL (unless DATABASE_URL names another), the preparation, the web
server, and when that answers the workers, beat and the sandbox vendor: in the demo, or when somebody asks
for it and its port is free. What dies is started again. Everything stops within seconds, PostgreSQL last;
if this process is killed, Linux stops them.
"""

import fcntl
import http.client
import json
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

from cascade_site import embedded, processes
from cascade_site.children import FOLDER, Program
from cascade_site.cluster import EmbeddedError
from cascade_site.crew import Crew, StopRequested
from channels.own_sandbox import note_port, was_asked_for

NEEDED_BYTES = 300_000_000
# How many tasks of each queue run at once, each in a worker of its own: a tick waits neither for a long import
# nor for the deliveries that it woke, and what is transactional for neither of them.
QUEUES = {"tick": 1, "urgent": 1, "track": 1, "engine": 2, "bulk": 1}
# The demo's past is played in so many processes at once, each of a market of its own.
MARKETS = ("west", "east")
DEMO_ROLES = ("marketer", "admin", "manager")
# So often may the web server die before its first answer.
FALSE_STARTS = 3
# A slow machine under load needs half of it; whoever waited longer wants to know.
PATIENCE_S = 90


class Refusal(Exception):
    """The product cannot start here; the text is the one sentence to show."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to start, read from the environment."""

    is_demo: bool
    data_dir: Path
    host: str
    port: int
    sandbox_port: int

    @property
    def log_dir(self) -> Path:
        """Where the processes' logs are."""
        return self.data_dir / "log"

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the product."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def read_plan(mode: str) -> Plan:
    """The plan for `demo` or `run`. Raises Refusal where a setting makes no sense.

    The demo keeps to a folder of its own, so that its sample never mixes with real contacts.
    """
    is_demo = mode == "demo"
    port = _port("PORT", default=8000)
    sandbox_port = _port("CASCADE_SANDBOX_PORT", default=port + 1)
    if sandbox_port == port:
        raise Refusal(f"CASCADE_SANDBOX_PORT must be another than PORT, not {port} too.")
    default_dir = FOLDER / "var" / "demo" if is_demo else FOLDER / "var"
    return Plan(
        is_demo=is_demo,
        data_dir=Path(os.environ.get("CASCADE_DATA_DIR") or default_dir).resolve(),
        host=os.environ.get("HOST", "127.0.0.1"),
        port=port,
        sandbox_port=sandbox_port,
    )


def _port(variable: str, *, default: int) -> int:
    given = os.environ.get(variable) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 65535:
        raise Refusal(f"{variable} must be a number from 1 to 65534, not {given!r}.")
    return int(given)


def run(plan: Plan) -> None:
    """Start everything, greet, and keep it running. Raises StopRequested, everything stopped, or Refusal."""
    with only_one(plan), Crew(log_dir=plan.log_dir, record=plan.data_dir / "processes.json", tell=tell) as crew:
        require_port(plan.host, plan.port, variable="PORT")
        if plan.is_demo and (refusal := sandbox_refusal(plan)):
            raise refusal
        environment = environment_of(plan)
        note_port(plan.data_dir, is_taken=has_sandbox_on_demand(environment) and sandbox_refusal(plan) is not None)
        start_database(crew, plan, environment)
        has_users = prepare(crew, environment)
        welcome_token = "" if has_users else secrets.token_urlsafe(24)
        start_web(crew, plan, environment | {"CASCADE_WELCOME_TOKEN": welcome_token})
        start_the_rest(crew, plan, environment)
        greet(plan, environment, welcome_token)
        start_sandbox_on_demand(crew, plan, environment)
        crew.watch(lambda: False)


@contextmanager
def only_one(plan: Plan) -> Iterator[None]:
    """Hold the data directory; raises Refusal where another supervisor does, or where there is no space."""
    plan.data_dir.mkdir(parents=True, exist_ok=True)
    # Contacts' files and keys are nobody else's business; PostgreSQL's own user only passes through.
    plan.data_dir.chmod(0o711)
    os.umask(0o077)
    if (free := shutil.disk_usage(plan.data_dir).free) < NEEDED_BYTES:
        raise Refusal(f"There are only {free // 1_000_000} MB left on the disk of {plan.data_dir}: make room first.")
    with (plan.data_dir / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(f"Cascade runs already with the data in {plan.data_dir}: stop that one first.") from None
        yield


def require_port(host: str, port: int, *, variable: str) -> None:
    """Raise Refusal where `port` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except PermissionError:
            raise Refusal(f"Port {port} needs more rights: choose one above 1023 with {variable}=.") from None
        except OSError as error:
            raise Refusal(f"Port {port} is taken ({error.strerror}): choose another with {variable}=.") from None


def environment_of(plan: Plan) -> dict[str, str]:
    """The environment of the processes, without the database, which is only known when it runs."""
    public_url = os.environ.get("CASCADE_PUBLIC_URL") or plan.address
    known_hosts = ["127.0.0.1", "localhost", "[::1]", urlsplit(public_url).hostname or ""]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cascade_site.settings",
        "CASCADE_DATA_DIR": str(plan.data_dir),
        "CASCADE_PUBLIC_URL": public_url,
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS") or ",".join(known_hosts),
        "PYTHONUNBUFFERED": "1",
    }
    sandbox = f"127.0.0.1:{plan.sandbox_port}"
    if not plan.is_demo:
        return environment | _sandbox_on_demand(plan)
    allowed = [os.environ.get("CASCADE_PRIVATE_HOSTS", ""), sandbox]
    return environment | {
        "CASCADE_DEMO": "true",
        "CASCADE_SANDBOX_URL": f"http://{sandbox}",
        "CASCADE_PRIVATE_HOSTS": ",".join(filter(None, allowed)),
        "CASCADE_DEMO_PASSWORD": demo_password(plan.data_dir),
    }


def _sandbox_on_demand(plan: Plan) -> dict[str, str]:
    """Tell the pages where a sandbox would listen.

    Not where an admin has started one, nor where nobody has asked for it yet and something else listens there.
    """
    if os.environ.get("CASCADE_SANDBOX_URL"):
        return {}
    if not was_asked_for(plan.data_dir) and sandbox_refusal(plan):
        return {}
    return {"CASCADE_SANDBOX_URL": f"http://127.0.0.1:{plan.sandbox_port}", "CASCADE_SANDBOX_ON_DEMAND": "true"}


def has_sandbox_on_demand(environment: Mapping[str, str]) -> bool:
    """Whether this supervisor starts the sandbox when somebody asks for it."""
    return bool(environment.get("CASCADE_SANDBOX_ON_DEMAND"))


def sandbox_refusal(plan: Plan) -> Refusal | None:
    """Why the sandbox cannot listen at its port; None where it can."""
    try:
        require_port("127.0.0.1", plan.sandbox_port, variable="CASCADE_SANDBOX_PORT")
    except Refusal as refusal:
        return refusal
    return None


def demo_password(data_dir: Path) -> str:
    """The password of the demo's accounts: of one's own choice, or made once for this folder."""
    kept = data_dir / "demo-password"
    if given := os.environ.get("CASCADE_DEMO_PASSWORD"):
        return given
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(9))
    return kept.read_text()


def start_database(crew: Crew, plan: Plan, environment: dict[str, str]) -> None:
    """Start the embedded PostgreSQL, unless DATABASE_URL names another, and add its address to `environment`."""
    if environment.get("DATABASE_URL"):
        return
    try:
        embedded.create(plan.data_dir)
        crew.start(embedded.server(plan.data_dir), environment=environment)
        crew.watch(lambda: bool(embedded.open_database(plan.data_dir)))
    except EmbeddedError as error:
        raise Refusal(str(error)) from error
    environment["DATABASE_URL"] = embedded.url(plan.data_dir)


def prepare(crew: Crew, environment: dict[str, str]) -> bool:
    """Bring database and static files up to date; whether the installation has users. Raises Refusal."""
    tell("Preparing the database and the pages ...")
    program = Program(name="prepare", command=[sys.executable, "-m", "cascade_site.prepare"])
    code, output = crew.run_to_end(program, environment=environment)
    last_line = (output.strip().splitlines() or [""])[-1]
    if code != 0:
        raise Refusal(f"{last_line or 'The preparation failed.'} ({crew.log_dir / 'prepare.log'} has it all)")
    return bool(json.loads(last_line)["has_users"])


def start_web(crew: Crew, plan: Plan, environment: dict[str, str]) -> None:
    """Start the web server and wait for its first page. Raises Refusal where none comes."""
    tell("Starting ...")
    web = crew.start(processes.web(host=plan.host, port=plan.port), environment=environment)
    deadline = time.monotonic() + PATIENCE_S
    crew.watch(lambda: answers(plan) or web.restarts >= FALSE_STARTS or time.monotonic() > deadline)
    if not answers(plan):
        raise Refusal(f"The web server shows no page: {web.log_path} tells why.")


def answers(plan: Plan) -> bool:
    """Whether the web server answers, without an error of its own."""
    connection = http.client.HTTPConnection(urlsplit(plan.address).netloc, timeout=5)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start_the_rest(crew: Crew, plan: Plan, environment: dict[str, str]) -> None:
    """Start what works behind the pages."""
    for queue, concurrency in QUEUES.items():
        crew.start(processes.worker(queue, concurrency=concurrency), environment=environment)
    crew.start(processes.beat(), environment=environment)
    if plan.is_demo:
        crew.start(processes.sandbox(port=plan.sandbox_port, data_dir=plan.data_dir), environment=environment)
        start_history(crew, environment)


def start_history(crew: Crew, environment: dict[str, str]) -> None:
    """Start what plays the demo's past, unless CASCADE_DEMO_HISTORY=off says not to."""
    if not environ.Env().bool("CASCADE_DEMO_HISTORY", default=True):
        return
    for market in MARKETS:
        # It does its own work: what it would wake the workers for is played before they look.
        crew.start(processes.history(market), environment=environment | {"CELERY_BROKER_URL": "memory://"})


def start_sandbox_on_demand(crew: Crew, plan: Plan, environment: dict[str, str]) -> None:
    """Wait until somebody asks for the sandbox on the pages, and start it. Raises StopRequested.

    Where another program has taken its port everything else goes on, and the console and the pages say so.
    """
    if not has_sandbox_on_demand(environment):
        return
    crew.watch(lambda: was_asked_for(plan.data_dir))
    refusal = sandbox_refusal(plan)
    note_port(plan.data_dir, is_taken=refusal is not None)
    if refusal:
        tell(f"The sandbox is not running. {refusal} Or free that port; then start Cascade again.")
    else:
        crew.start(processes.sandbox(port=plan.sandbox_port, data_dir=plan.data_dir), environment=environment)


def greet(plan: Plan, environment: dict[str, str], welcome_token: str) -> None:
    """Say where the product is and who may come in."""
    public_url = environment["CASCADE_PUBLIC_URL"]
    tell("")
    tell(f"Cascade is running at {public_url}")
    if plan.is_demo:
        for role in DEMO_ROLES:
            tell(f"  {role + '@demo.cascade':24} password {environment['CASCADE_DEMO_PASSWORD']}")
        tell(f"The sandbox, where the demo's messages arrive: {environment['CASCADE_SANDBOX_URL']}")
    elif welcome_token:
        tell(f"Make the first admin account here: {public_url}/welcome/{welcome_token}/")
    tell(f"Logs: {plan.log_dir}. Ctrl-C stops everything.")


def tell(line: str) -> None:
    """Say a line on the console, if there still is one."""
    with suppress(OSError):
        print(line, flush=True)


def main(arguments: list[str]) -> Any:
    """The command line: `demo` or `run`. Gives what sys.exit takes."""
    if arguments not in (["demo"], ["run"]):
        return "Say what to start: `python -m cascade_site.supervisor demo` or `run`."
    environ.Env.read_env(FOLDER / ".env")
    try:
        run(read_plan(arguments[0]))
    except StopRequested:
        tell("Stopped.")
    except Refusal as refusal:
        return str(refusal)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
