"""Find a Chromium for the browser tests, or have Debian install one where this user may; prints its path."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WHERE_DEBIAN_PUTS_IT = "/usr/bin/chromium"


def find() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, or one of this machine."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Debian's package, as root only; the browser tests are left out where that is not possible."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        tell("There is no Chromium and this user may not install it: the tests in tests/e2e are left out.")
        return
    tell("Installing Debian's Chromium for the browser tests ...")
    packages = ["chromium", "fonts-liberation"]
    if not apt_get("update") or not apt_get("install", "--yes", "--no-install-recommends", *packages):
        tell("Chromium could not be installed: the tests in tests/e2e are left out.")


def apt_get(*arguments: str) -> bool:
    """Run apt-get without questions; whether it succeeded."""
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        check=False,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    return done.returncode == 0


def tell(sentence: str) -> None:
    """Say something beside the path, which alone goes to the standard output."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    if find() is None:
        install()
    print(find() or WHERE_DEBIAN_PUTS_IT)
