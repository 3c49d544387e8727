"""The sandbox that runs beside the product on the same machine, and what the two of them share.

It is there where SANDBOX_URL names it: in the demo, or where an admin has started one.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from channels.sandbox import tokens
from channels.sandbox.store import Store
from channels.sandbox.vendor import Vendor

FOLDER = "sandbox"
DATABASE = "inbox.sqlite3"


def is_there() -> bool:
    """Whether this installation has a sandbox of its own."""
    return bool(settings.SANDBOX_URL)


def account_settings(name: str) -> dict[str, Any]:
    """The settings, secrets included, of an account that the sandbox knows as `name` (without a full stop)."""
    return {"url": settings.SANDBOX_URL, "deduplicates_hours": 24, "batch_size": 100} | tokens.credentials(
        _secret(), name
    )


def inbox_link(*, addresses: Iterable[str] = (), name: str = "") -> str:
    """A link into the inbox, of the phone with `addresses` or of everybody; good for a minute."""
    return tokens.inbox_link(settings.SANDBOX_URL, _secret(), now=time.time(), addresses=addresses, name=name)


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
