"""The sandbox that runs beside the product on the same machine, and what the two of them share.

It is there where SANDBOX_URL names it: in the demo, or where an admin has started one. Where the supervisor would
start it on demand (IS_SANDBOX_ON_DEMAND), it is there once somebody has asked for it, unless another program is found
at its port then.
"""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language

from channels.sandbox import tokens
from channels.sandbox.store import Store
from channels.sandbox.vendor import Vendor

FOLDER = "sandbox"
DATABASE = "inbox.sqlite3"
ASKED_FOR = "asked-for"
KEPT_OUT = "kept-out"


def is_there() -> bool:
    """Whether this installation has a sandbox of its own."""
    return is_possible() and (
        not settings.IS_SANDBOX_ON_DEMAND or (was_asked_for(settings.DATA_DIR) and not is_kept_out())
    )


def is_possible() -> bool:
    """Whether it has one, or would have one as soon as somebody asks for it."""
    return bool(settings.SANDBOX_URL)


def was_asked_for(data_dir: Path) -> bool:
    """Whether somebody has asked for the sandbox of the installation that keeps its things in `data_dir`."""
    return (data_dir / FOLDER / ASKED_FOR).exists()


def is_kept_out() -> bool:
    """Whether somebody has asked for it, and the supervisor has found another program at its port."""
    return is_possible() and settings.IS_SANDBOX_ON_DEMAND and (settings.DATA_DIR / FOLDER / KEPT_OUT).exists()


def note_port(data_dir: Path, *, is_taken: bool) -> None:
    """Have the pages know whether another program is at its port, for the installation with `data_dir`."""
    mark = data_dir / FOLDER / KEPT_OUT
    if is_taken:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def ask_for() -> None:
    """Have the sandbox there from now on; the supervisor starts it within a moment, and with the product."""
    mark = settings.DATA_DIR / FOLDER / ASKED_FOR
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def private_hosts() -> frozenset[str]:
    """The "host:port" on private networks that connections may lead to: those of the settings, and a sandbox in use."""
    is_ours = settings.IS_SANDBOX_ON_DEMAND and is_there()
    return frozenset([*settings.PRIVATE_HOSTS, *([urlsplit(settings.SANDBOX_URL).netloc] if is_ours else [])])


def account_settings(name: str) -> dict[str, Any]:
    """The settings, secrets included, of an account that the sandbox knows as `name` (without a full stop)."""
    return {"url": settings.SANDBOX_URL, "deduplicates_hours": 24, "batch_size": 100} | tokens.credentials(
        _secret(), name
    )


def inbox_link(*, addresses: Iterable[str] = (), name: str = "") -> str:
    """A link into the inbox, of the phone with `addresses` or of everybody; good for a minute.

    The inbox speaks the language that is spoken here.
    """
    return tokens.inbox_link(
        settings.SANDBOX_URL,
        _secret(),
        now=time.time(),
        addresses=addresses,
        name=name,
        language=get_language() or "",
    )


def prefer(preferences: Mapping[str, Any]) -> None:
    """Have the sandbox, which is not running yet, start with these `preferences` (as its API takes them).

    Raises BadPreferences.
    """
    store = Store(settings.DATA_DIR / FOLDER / DATABASE)
    try:
        Vendor(store).change(preferences)
    finally:
        store.close()


def _secret() -> str:
    return tokens.load_secret(settings.DATA_DIR / FOLDER)
