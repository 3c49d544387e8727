"""Small real web servers for the tests, on a free port of this machine."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class WebServer:
    """A server under way: `host` is "127.0.0.1:port", `requests` what it was asked, with bodies."""

    host: str
    requests: list[tuple[web.BaseRequest, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address without a path."""
        return f"http://{self.host}"


@contextlib.asynccontextmanager
async def web_server(answer: Answer) -> AsyncIterator[WebServer]:
    """Run a server that keeps every request and gives what `answer` says."""
    server = WebServer(host="")

    async def keep(request: web.BaseRequest) -> web.StreamResponse:
        server.requests.append((request, await request.read()))
        return await answer(request)  # type: ignore[arg-type]

    runner = web.ServerRunner(web.Server(keep, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.host = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
    try:
        yield server
    finally:
        await runner.cleanup()


def text_answer(body: str = "ok", *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Always the same answer."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=body, status=status, headers=headers)

    return answer


async def never(_request: web.Request) -> web.StreamResponse:
    """No answer within any test's patience."""
    await asyncio.sleep(60)
    return web.Response()


async def reset(request: web.Request) -> web.StreamResponse:
    """The connection is reset after the request was read."""
    assert request.transport is not None
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    await asyncio.sleep(0.01)
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    """The answer breaks off in its middle."""
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(request)
    await answer.write(b'{"id":')
    assert request.transport is not None
    request.transport.abort()
    return answer
