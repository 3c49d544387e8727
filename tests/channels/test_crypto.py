"""Credentials at rest (listmonk keeps API tokens and SMTP passwords in clear in the database)."""

from typing import Any

import pytest
from cryptography.fernet import Fernet

from channels.crypto import UnreadableCredentials, rotate, seal, unseal


def test_what_is_sealed_can_be_read_again_and_shows_nothing() -> None:
    token = seal({"api_key": "s3cret-value", "имя": "Ключ"})
    assert b"s3cret" not in token
    assert unseal(memoryview(token)) == {"api_key": "s3cret-value", "имя": "Ключ"}


def test_no_credentials_need_no_token() -> None:
    assert seal({}) == b""
    assert unseal(b"") == {}


def test_credentials_survive_a_change_of_keys(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    token = seal({"password": "hunter2"})
    settings.CREDENTIAL_KEYS = [new, old]
    rotated = rotate(token)
    settings.CREDENTIAL_KEYS = [new]
    assert unseal(rotated) == {"password": "hunter2"}
    with pytest.raises(UnreadableCredentials):
        unseal(token)


def test_a_token_that_was_tampered_with_is_refused() -> None:
    token = seal({"password": "hunter2"})
    with pytest.raises(UnreadableCredentials):
        unseal(token[:-4] + b"AAA=")
