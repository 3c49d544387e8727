"""HMAC signatures over raw bytes and the time they were made, compared in constant time."""

import hashlib
import hmac
from datetime import timedelta

# An older signature is refused: what was overheard cannot be told again later.
WINDOW = timedelta(minutes=5)


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """The hex HMAC-SHA256 of `timestamp`, a full stop and `body`."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, *, timestamp: str, body: bytes, claimed: str, now: float) -> bool:
    """Whether `claimed` is the signature of `body` at `timestamp` (Unix seconds) and `now` is within the window."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20):
        return False
    is_fresh = abs(now - int(timestamp)) <= WINDOW.total_seconds()
    return is_fresh and is_same(signature(secret, timestamp=timestamp, body=body), claimed)


def is_same(expected: str, claimed: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing. An empty secret is never right."""
    return bool(expected) and hmac.compare_digest(expected.encode(), claimed.encode(errors="replace"))
