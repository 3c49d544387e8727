"""compose.yaml and Dockerfile, as far as they can be checked where no Docker engine runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cascade_site import start
from cascade_site.supervisor import QUEUES

FOLDER = Path(__file__).resolve().parent.parent.parent
COMPOSE = (FOLDER / "compose.yaml").read_text()
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
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


def test_every_variable_is_one_that_operations_explains() -> None:
    block = re.search(r"environment: &environment\n((?:    .*\n)+?)  volumes:", COMPOSE)
    assert block
    named = set(re.findall(r"^    (\w+):", block[1], re.MULTILINE))
    explained = (FOLDER / "docs" / "operations.md").read_text()
    assert named >= {"DATABASE_URL", "CELERY_BROKER_URL", "CASCADE_PUBLIC_URL"}
    assert [name for name in sorted(named) if f"`{name}`" not in explained] == []


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
