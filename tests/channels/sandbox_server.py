"""The sandbox vendor under way in the test's own event loop, on a free port and in a folder of its own."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from channels.provider import AccountSettings
from channels.providers.sandbox import SandboxProvider
from channels.sandbox import api, tokens
from channels.sandbox.clockwork import Clockwork
from channels.sandbox.server import application
from channels.sandbox.vendor import Vendor

SECRET = "shared by the test and its sandbox"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One message of a request as it came over the wire from `account`, whatever became of it."""

    account: str
    key: str
    address: str
    channel: str
    fault: str


@dataclass(frozen=True, kw_only=True)
class RunningSandbox:
    """A sandbox under way at `host` ("127.0.0.1:port"); `asked` is what it was asked to send, in this order."""

    host: str
    vendor: Vendor
    clockwork: Clockwork
    asked: list[Asked]

    @property
    def url(self) -> str:
        """Its address without a path."""
        return f"http://{self.host}"

    def provider(self, *, webhook_url: str = "", **settings: Any) -> SandboxProvider:
        """A provider with the right credentials; `settings` come on top."""
        told = {"url": self.url, "deduplicates_hours": 24} | tokens.credentials(SECRET, "test")
        return SandboxProvider(
            AccountSettings(
                account_id=1,
                settings=told | settings,
                webhook_url=webhook_url,
                private_hosts=frozenset({self.host}),
            )
        )


@contextlib.asynccontextmanager
async def running_sandbox(folder: Path) -> AsyncIterator[RunningSandbox]:
    """Run a sandbox over `folder`; what it keeps there survives."""
    asked: list[Asked] = []

    @web.middleware
    async def note(request: web.Request, handler: api.Answer) -> web.StreamResponse:
        if (request.method, request.path) == ("POST", "/api/messages"):
            asked.extend(_asked(request[api.ACCOUNT], await request.read()))
        return await handler(request)

    app = application(data_dir=folder, secret=SECRET)
    app.middlewares.append(note)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield RunningSandbox(host=host, vendor=app[api.VENDOR], clockwork=app[api.CLOCKWORK], asked=asked)
    finally:
        await runner.cleanup()


def _asked(account: str, body: bytes) -> list[Asked]:
    """What a request asks for; nothing where it cannot be read, which is the API's to tell."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        return [
            Asked(account=account, **{name: one[name] for name in ("key", "address", "channel", "fault")})
            for one in json.loads(body)["messages"]
        ]
    return []
