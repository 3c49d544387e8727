"""Install everything into this folder: `.venv` from the requirements files, `node_modules` from package-lock.json.

Runs before anything is installed, so it uses the standard library only, and syntax that a Python too
old for the product can still read far enough to say so. What is up to date is left alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
VENV = FOLDER / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = FOLDER / "node_modules"
LOCK_FILE = FOLDER / "package-lock.json"
LOG = FOLDER / "var" / "log" / "setup.log"
OLDEST_PYTHON = (3, 11)
PYTHONS_TO_TRY = ["python3.14", "python3.13", "python3.12", "python3.11"]
# The lock file is of version 3, which npm reads since 7.
OLDEST_NPM = 7
NEEDED_BYTES = 1_000_000_000
# Each contains the ones before it, with the same versions: the product's, the tests', the measurements'.
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
WANTED = {"": "requirements.txt", "--dev": "requirements-dev.txt", "--bench": "requirements-bench.txt"}
NO_CONNECTION = re.compile(
    r"NewConnectionError|Connection refused|Temporary failure in name resolution|Network is unreachable"
    r"|timed out|ProxyError|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|network request failed"
)
NO_SPACE = re.compile(r"No space left on device|ENOSPC")


class SetupError(Exception):
    """The set-up cannot go on; its text is the one sentence to show."""


def main(wanted: str) -> None:
    """Install what the requirements file `wanted` names, and the packages of the browser.

    Raises SetupError where this machine does not let it.
    """
    require_python()
    with (FOLDER / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once: the second finds everything done
        own_npm = None if is_current(NODE_MODULES, LOCK_FILE) else machines_npm()
        with ThreadPoolExecutor(max_workers=1) as beside:
            # Each takes one core; where npm has to come by pip, it comes after it.
            installed = beside.submit(install_browser_packages, own_npm) if own_npm else None
            make_venv()
            install_python_packages(wanted)
        if installed:
            installed.result()
        else:
            install_browser_packages(None)
        compile_translations()


def require_python() -> None:
    """Go on with a Python that is new enough: this one, or another of this machine."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    found = next((shutil.which(name) for name in PYTHONS_TO_TRY if shutil.which(name)), None)
    if found is None:
        raise SetupError(
            "Cascade needs Python {}.{} or later and this is {}.{}: install a newer one, or name it, "
            "as in `make demo PYTHON=/path/to/python3.12`.".format(*OLDEST_PYTHON, *sys.version_info)
        )
    os.execv(found, [found, "-m", "scripts.setup", *sys.argv[1:]])  # noqa: S606  this very script, by another Python


def require_space() -> None:
    """Refuse to begin an installation that the disk cannot hold."""
    free = shutil.disk_usage(FOLDER).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"Cascade needs 1 GB of disk space to install and {FOLDER} has {free // 1_000_000} MB: make room first."
        )


def make_venv() -> None:
    """Make `.venv`, or make it anew where its Python does not run any more."""
    if VENV_PYTHON.exists() and run_quietly([VENV_PYTHON, "-c", "import pip"]) == 0:
        return
    require_space()
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            f"{sys.executable} comes without ensurepip, which makes virtual environments: "
            "on Debian and Ubuntu `apt-get install python3-venv` adds it."
        )
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], doing="make the virtual environment .venv")


def install_python_packages(wanted: str) -> None:
    """Install what the requirements file `wanted` pins, unless it is there already."""
    if any(is_current(VENV, FOLDER / name) for name in REQUIREMENTS[REQUIREMENTS.index(wanted) :]):
        return
    require_space()
    print(f"Installing the Python packages of {wanted} into .venv (a minute or two, once) ...", flush=True)
    pip_install(wanted)
    mark_current(VENV, FOLDER / wanted)


def pip_install(requirements: str) -> None:
    """Install a requirements file: pinned, checked against its hashes, never built from source."""
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    run(
        [*pip, "--retries=2", "--only-binary=:all:", "--require-hashes", "--requirement", FOLDER / requirements],
        doing="install the Python packages",
    )


def install_browser_packages(own_npm: str | None) -> None:
    """Install what package-lock.json pins into node_modules, unless it is there already.

    `own_npm` is the path of the machine's npm; without it there is one in `.venv`.
    """
    if is_current(NODE_MODULES, LOCK_FILE):
        return
    require_space()
    print("Installing the browser's packages into node_modules ...", flush=True)
    npm = [own_npm] if own_npm else venvs_npm()
    run([*npm, "ci", "--loglevel=error", "--fetch-retries=1"], doing="install the browser's packages")
    mark_current(NODE_MODULES, LOCK_FILE)


def compile_translations() -> None:
    """Compile the translations that are newer than what was made of them."""
    sources = FOLDER.glob("locale/*/LC_MESSAGES/*.po")
    if any(is_newer(source, source.with_suffix(".mo")) for source in sources):
        run([VENV_PYTHON, "-m", "scripts.translations"], doing="compile the translations")


def machines_npm() -> str | None:
    """The path of the machine's own npm; None where there is none, or one too old."""
    found = shutil.which("npm")
    return found if found and npm_major(found) >= OLDEST_NPM else None


def venvs_npm() -> list[str | Path]:
    """The command that runs the npm that a Python package brings into `.venv`."""
    if not (VENV / "bin" / "npm").exists():
        print("Installing Node.js into .venv, because this machine has none ...", flush=True)
        pip_install("requirements-node.txt")
    # Not by its first line, which names the folder as it was when it was installed.
    return [VENV_PYTHON, VENV / "bin" / "npm"]


def npm_major(npm_path: str) -> int:
    """The first number of npm's version, 0 where it does not run."""
    answer = subprocess.run([npm_path, "--version"], check=False, cwd=FOLDER, capture_output=True, text=True)
    number = answer.stdout.split(".")[0]
    return int(number) if number.isdigit() else 0


def is_current(folder: Path, pins: Path) -> bool:
    """Whether `folder` was installed from `pins` as that file is now."""
    stamp = folder / f".installed-{pins.name}"
    return stamp.exists() and stamp.read_text() == fingerprint(pins)


def mark_current(folder: Path, pins: Path) -> None:
    """Remember that `folder` holds exactly what `pins` says, and nothing of other files' pins."""
    for stamp in folder.glob(".installed-*"):
        stamp.unlink()
    (folder / f".installed-{pins.name}").write_text(fingerprint(pins))


def is_newer(source: Path, target: Path) -> bool:
    """Whether `source` changed after `target` was made of it."""
    return not target.exists() or source.stat().st_mtime >= target.stat().st_mtime


def fingerprint(pins: Path) -> str:
    """What changes when the pins change."""
    return hashlib.sha256(pins.read_bytes()).hexdigest()


def run_quietly(command: Sequence[str | Path]) -> int:
    """Run a command without its output and give its exit code."""
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def run(command: Sequence[str | Path], *, doing: str) -> None:
    """Run a command of the set-up. Raises SetupError with one sentence, its output kept in a file."""
    ended = subprocess.run(
        command, check=False, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if ended.returncode != 0:
        raise SetupError(explain(ended.stdout.decode(errors="replace"), doing=doing))


def explain(output: str, *, doing: str) -> str:
    """One sentence about a failed command, from what it printed."""
    if NO_SPACE.search(output):
        return f"The disk became full while Cascade was about to {doing}: make room and start again."
    if NO_CONNECTION.search(output):
        return f"There is no connection to the package index to {doing}: connect, or set the proxy, and start again."
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text(output, encoding="utf-8")
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return (
        f"Cascade could not {doing}: {said[-1] if said else 'it said nothing'} (all of it: {LOG.relative_to(FOLDER)})"
    )


if __name__ == "__main__":
    try:
        main(WANTED[" ".join(sys.argv[1:])])
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
