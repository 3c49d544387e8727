"""Credentials at rest: encrypted and authenticated, with keys that can be changed."""

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableCredentials(Exception):
    """None of the installation's keys opens these credentials; they have to be typed again."""


def seal(credentials: Mapping[str, str]) -> bytes:
    """A token that hides `credentials`, made with the newest key. Nothing to hide gives b""."""
    if not credentials:
        return b""
    return _box().encrypt(json.dumps(dict(credentials)).encode())


def unseal(token: bytes | memoryview) -> dict[str, str]:
    """What `seal` hid in `token`; {} for b"". Raises UnreadableCredentials."""
    if not token:
        return {}
    try:
        opened: dict[str, str] = json.loads(_box().decrypt(bytes(token)))
    except InvalidToken as error:
        raise UnreadableCredentials from error
    return opened


def rotate(token: bytes | memoryview) -> bytes:
    """The same credentials under the newest key. Raises UnreadableCredentials."""
    return seal(unseal(token))


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
