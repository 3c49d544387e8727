"""The sandbox vendor under way in the test's own event loop, on a free port and in a folder of its own."""

import contextlib
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
class RunningSandbox:
    """A sandbox under way at `host` ("127.0.0.1:port")."""

    host: str
    vendor: Vendor
    clockwork: Clockwork

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
    app = application(data_dir=folder, secret=SECRET)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield RunningSandbox(host=host, vendor=app[api.VENDOR], clockwork=app[api.CLOCKWORK])
    finally:
        await runner.cleanup()
