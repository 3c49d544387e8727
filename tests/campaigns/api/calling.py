"""A program that uses the API with a key of its own."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from campaigns.api.auth import make_key
from campaigns.models import ApiKey
from tests.factories import make_user

_serial = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Sends requests with `secret`; each POST has an Idempotency-Key of its own unless told otherwise."""

    key: ApiKey
    secret: str
    client: Client = field(default_factory=Client)

    def get(self, path: str) -> Any:
        """GET /api/`path`."""
        return self.client.get(f"/api/{path}", headers={"Authorization": f"Bearer {self.secret}"})

    def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """POST `body` as JSON to /api/`path`."""
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": f"call-{next(_serial)}" if key is None else key,
        }
        return self.client.post(f"/api/{path}", body, content_type="application/json", headers=headers)


def make_caller(name: str = "Web shop") -> Caller:
    """A program with a valid key."""
    key, secret = make_key(name=name, by=make_user())
    return Caller(key=key, secret=secret)
