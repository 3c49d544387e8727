"""What the sandbox and the product both make of the one secret that they share.

Both read it from the same file, so nothing has to be typed: an account's API key and webhook secret, and
the short-lived link by which somebody who is signed in to the product enters the inbox.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

ENTRANCE = "entrance"
SESSION = "session"
# The name under which a link says in which language the inbox is to speak.
LANGUAGE = "language"
ENTRANCE_SECONDS = 60
SESSION_SECONDS = 12 * 3600


def load_secret(data_dir: Path) -> str:
    """The secret kept in `data_dir`/secret, made there (mode 0600) the first time; of two makers one wins."""
    path = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def api_key(secret: str, account: str) -> str:
    """The key with which `account` (any name without a full stop) calls the API."""
    return f"{account}.{_derived(secret, f'api:{account}')[:40]}"


def account_of(secret: str, key: str) -> str | None:
    """The account that `key` belongs to, None when it is nobody's."""
    account = key.partition(".")[0]
    return account if account and _is_same(api_key(secret, account), key) else None


def webhook_secret(secret: str, account: str) -> str:
    """The secret that signs what is reported to `account`."""
    return _derived(secret, f"webhook:{account}")


def credentials(secret: str, account: str) -> dict[str, str]:
    """The credentials of an account at the sandbox that is called `account`, as its provider asks for them."""
    return {"api_key": api_key(secret, account), "webhook_secret": webhook_secret(secret, account)}


def ticket(secret: str, purpose: str, *, now: float, seconds: int) -> str:
    """A proof for `purpose` that is good for `seconds` from `now` (Unix time)."""
    ends = str(int(now) + seconds)
    return f"{ends}.{_derived(secret, f'{purpose}:{ends}')}"


def is_ticket(secret: str, purpose: str, claimed: str, *, now: float) -> bool:
    """Whether `claimed` is a ticket for `purpose` that has not ended."""
    ends = claimed.partition(".")[0]
    if not (ends.isascii() and ends.isdigit() and len(ends) < 20):
        return False
    is_genuine = _is_same(f"{ends}.{_derived(secret, f'{purpose}:{ends}')}", claimed)
    return is_genuine and now <= int(ends)


def inbox_link(
    url: str, secret: str, *, now: float, addresses: Iterable[str] = (), name: str = "", language: str = ""
) -> str:
    """A link into the inbox of the sandbox at `url`: of one person's `addresses`, or of everybody.

    Good for a minute, so it is made when it is followed: a view redirects to it. The inbox speaks `language`, without
    one what the browser prefers.
    """
    asked = [("address", address) for address in addresses] + ([("name", name)] if name else [])
    inside = "/inbox" + (f"?{urlencode(asked)}" if asked else "")
    proof = ticket(secret, ENTRANCE, now=now, seconds=ENTRANCE_SECONDS)
    told = {"ticket": proof, "next": inside} | ({LANGUAGE: language} if language else {})
    return f"{url.rstrip('/')}/enter?{urlencode(told)}"


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _is_same(expected: str, claimed: str) -> bool:
    return hmac.compare_digest(expected.encode(), claimed.encode(errors="replace"))
