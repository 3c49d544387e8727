"""API keys: made once, kept as hashes, and what each request with one is allowed."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from campaigns.api.errors import ApiError
from campaigns.models import ApiKey, AuditEntry, User

# So that a key that leaked into a file can be recognised for what it is.
MARK = "cascade_"
# What a request is allowed to weigh: one contact with its attributes is a few thousand bytes.
MOST_BYTES = 64 * 1024
PER_SECOND = 50
BURST = 100
# The last use is for people, who need it to the minute at most.
_NOTED_EVERY = timedelta(minutes=1)


class KeyRequest(HttpRequest):
    """A request that a key has signed in."""

    auth: ApiKey


@transaction.atomic
def make_key(*, name: str, by: User) -> tuple[ApiKey, str]:
    """A new key and its secret, which nobody can read again afterwards."""
    secret = f"{MARK}{secrets.token_urlsafe(32)}"
    prefix = secret.removeprefix(MARK)[:8]
    key = ApiKey.objects.create(name=name, prefix=prefix, key_hash=_hash(secret), created_by=by)
    _note(key, by, "created")
    return key, secret


@transaction.atomic
def revoke_key(*, key: ApiKey, by: User) -> None:
    """Let the key open nothing from now on. Revoking twice changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        _note(key, by, "revoked")


def find_key(secret: str) -> ApiKey | None:
    """The key that `secret` opens with; None for an unknown or revoked one.

    What is looked up is a hash, which tells an attacker with a clock nothing about the secret; the
    comparison takes constant time all the same.
    """
    wanted = _hash(secret)
    key = ApiKey.objects.filter(key_hash=wanted, revoked_at=None).first()
    return key if key and hmac.compare_digest(key.key_hash, wanted) else None


class KeyAuth(HttpBearer):
    """Authorization: Bearer <key>. A request too large is refused before anything of it is read."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key, its use noted at most once a minute; None sends 401."""
        key = find_key(token.strip())
        if key is None:
            return None
        _check_size(request)
        _note_use(key)
        return key


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class PerKey(BaseThrottle):
    """`per_second` requests of each key and `burst` at once, counted by this process alone."""

    def __init__(
        self, *, per_second: float = PER_SECOND, burst: int = BURST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: dict[int, _Bucket] = {}
        self._lock = Lock()

    def allow_request(self, request: HttpRequest) -> bool:
        """Whether the key of `request` has not had its share."""
        key: ApiKey = request.auth  # type: ignore[attr-defined]  # ninja has signed it in before
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault(key.pk, _Bucket(self._burst, now))
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
            bucket.at = now
            if bucket.tokens < 1:
                return False
            bucket.tokens -= 1
            return True

    def wait(self) -> float:
        """When to come again: after a second there is room for `per_second` requests."""
        return 1


def _check_size(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        words = gettext("The request is larger than %(most)s bytes.") % {"most": MOST_BYTES}
        raise ApiError(413, "too_large", words)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _note(key: ApiKey, by: User, verb: str) -> None:
    AuditEntry.objects.create(
        actor=by, verb=verb, subject_kind="api_key", subject_id=key.pk, details={"name": key.name}
    )
