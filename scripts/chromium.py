"""Find a Chromium for the browser tests, or have Debian install one where this user may; prints its path.

The headless shell is the same browser without a window, in which the tests take half of the time.
"""

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WHERE_DEBIAN_PUTS_IT = f"/usr/bin/{SHELL}"


def find() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, or one of this machine."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install Debian's package, as root only; the whole browser only where there is none at all."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    tell("Installing Debian's Chromium for the browser tests ...")
    if not apt_get("update"):
        return
    for package in [SHELL] if find() else [SHELL, "chromium"]:
        if apt_get("install", "--yes", "--no-install-recommends", package, "fonts-liberation"):
            return


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
    if "CHROMIUM" not in os.environ and not shutil.which(SHELL):
        install()
    if not find():
        tell("There is no Chromium, and it could not be installed: the tests in tests/e2e are left out.")
    print(find() or WHERE_DEBIAN_PUTS_IT)
