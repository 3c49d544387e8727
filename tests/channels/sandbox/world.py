"""A sandbox under way and the product's side of it, for a story."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from channels.events import Event
from channels.kinds import Channel
from channels.messages import OutboundMessage
from channels.provider import WebhookRequest
from channels.sandbox import tokens
from tests.channels.providers.contract import collect
from tests.channels.sandbox_server import SECRET, RunningSandbox, running_sandbox
from tests.channels.web import WebServer, text_answer, web_server

PHONE = "+380671112233"
PATIENCE = 8.0


class World:
    """A sandbox and the product's side of it: a server that takes webhooks, clicks and pixels."""

    def __init__(self, sandbox: RunningSandbox, product: WebServer) -> None:
        self.sandbox = sandbox
        self.product = product

    def message(self, channel: Channel = Channel.VIBER, *, key: str = "key-1", **changes: Any) -> OutboundMessage:
        """A message to Olena with a tracked link."""
        told: dict[str, Any] = {
            "key": key,
            "channel": channel,
            "sender": "SHOP",
            "address": PHONE,
            "text": f"Look: {self.product.url}/c/abc",
            "language": "uk",
        }
        return OutboundMessage(**(told | changes))

    async def send(self, *messages: OutboundMessage) -> None:
        """Send through the provider."""
        provider = self.sandbox.provider(webhook_url=f"{self.product.url}/hooks/abc/")
        receipts = await collect(provider, list(messages))
        assert {receipt.status.value for receipt in receipts} == {"accepted"}, receipts

    async def gesture(self, gesture: str, value: str = "", *, key: str = "key-1") -> None:
        """Let the recipient do something."""
        (message,) = self.sandbox.vendor.store.messages("key = ?", [key], limit=1)
        headers = {"Authorization": f"Bearer {tokens.api_key(SECRET, 'test')}"}
        url = f"{self.sandbox.url}/api/messages/{message.id}/gestures"
        async with aiohttp.ClientSession() as session:
            answer = await session.post(url, json={"gesture": gesture, "value": value}, headers=headers)
            assert answer.status == 200, await answer.text()

    def events(self) -> list[Event]:
        """What the provider reads from the webhooks that came, each proved."""
        provider = self.sandbox.provider()
        found: list[Event] = []
        for request, body in self.product.requests:
            if request.path.startswith("/hooks/"):
                headers = {name.lower(): value for name, value in request.headers.items()}
                asked = WebhookRequest(method="POST", path=request.path, query={}, headers=headers, body=body)
                provider.verify(asked)
                found += provider.parse_events(asked)
        return found

    def types(self) -> Counter[str]:
        """How often each event was told."""
        return Counter(event.type.value for event in self.events())

    def visits(self) -> list[tuple[str, str, str]]:
        """Method, path and agent of whoever followed links."""
        return [
            (request.method, request.path, request.headers.get("User-Agent", ""))
            for request, _body in self.product.requests
            if not request.path.startswith("/hooks/")
        ]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        ends = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < ends, (self.types(), self.visits())
            await asyncio.sleep(0.02)


def play(tmp_path: Path, story: Callable[[World], Awaitable[None]], answer: Any = None) -> None:
    """Run a story in a world of its own."""

    async def run() -> None:
        async with web_server(answer or text_answer()) as product, running_sandbox(tmp_path) as sandbox:
            await story(World(sandbox, product))

    asyncio.run(run())


async def signed_in(world: World, session: aiohttp.ClientSession, **asked: Any) -> aiohttp.ClientResponse:
    """Enter as somebody who comes from the dashboard."""
    return await session.get(tokens.inbox_link(world.sandbox.url, SECRET, now=time.time(), **asked))


def browser(world: World) -> aiohttp.ClientSession:
    """A browser that keeps cookies and tells where a form was."""
    return aiohttp.ClientSession(headers={"Origin": world.sandbox.url}, cookie_jar=aiohttp.CookieJar(unsafe=True))
