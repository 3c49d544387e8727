"""The sandbox's web server put together."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from channels.sandbox import api, languages, pages
from channels.sandbox.browser import Browser
from channels.sandbox.clockwork import Clockwork
from channels.sandbox.faults import Misfortune
from channels.sandbox.store import Store
from channels.sandbox.vendor import Vendor

# A thousand messages with their mails.
MAX_REQUEST = 64 * 1024 * 1024


def application(*, data_dir: Path, secret: str) -> web.Application:
    """The server over the inbox kept in `data_dir`; `secret` is what it shares with the product."""
    store = Store(data_dir / "inbox.sqlite3")
    vendor = Vendor(store)
    app = web.Application(
        client_max_size=MAX_REQUEST,
        middlewares=[languages.in_own_language, pages.safe_headers, api.only_accounts, pages.only_signed_in],
    )
    app[api.SECRET] = secret
    app[api.VENDOR] = vendor
    app[api.MISFORTUNE] = Misfortune(vendor)
    app[api.CLOCKWORK] = Clockwork(vendor, Browser(), secret=secret)
    app.add_routes(api.routes())
    app.add_routes(pages.routes())
    app.cleanup_ctx.append(_going)
    return app


async def _going(app: web.Application) -> AsyncIterator[None]:
    app[api.CLOCKWORK].start()
    yield
    await app[api.CLOCKWORK].stop()
    app[api.VENDOR].store.close()


async def serve(app: web.Application, *, port: int) -> None:
    """Serve `app` on 127.0.0.1 until the task is cancelled. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
