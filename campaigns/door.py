"""The addresses that thousands knock at in a second: tracked links, pixels, webhooks.

What is clearly right is answered here, in groups that are committed before they are answered. Everything else about
these addresses, and every other one, is for Django's views, which say why.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import QueryDict
from django.http.request import split_domain_port, validate_host

from campaigns.engine.wake import MOMENT, TRACK, wake
from campaigns.links import LinkKind, parse_click, parse_signed
from campaigns.signals_policy import SignalKind
from campaigns.views import tracking
from campaigns.visits import Knock, Visit, keep
from channels.group_commit import GroupCommit
from channels.provider import WebhookRequest
from channels.views import webhooks

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

CLICK, OPEN, OPEN_END, HOOK = "/c/", "/o/", ".gif", "/hooks/"
TRACKING_HEADERS = tuple((name.lower().encode(), value.encode()) for name, value in tracking.HEADERS.items())

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""


STORED = Answer(200, [(b"content-type", b"text/plain")], b"ok")
PIXEL = Answer(200, [(b"content-type", b"image/gif"), *TRACKING_HEADERS], tracking.PIXEL)


class Door:
    """An ASGI application in front of `rest`."""

    def __init__(self, rest: Application) -> None:
        self._rest = rest
        self._visits: GroupCommit[Knock, Visit | None] = GroupCommit(keep)
        self._posted: GroupCommit[tuple[str, WebhookRequest], bool] = GroupCommit(webhooks.take)
        self._bell = Bell()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = Body(receive)
        if scope["type"] == "http" and scope["path"].startswith((CLICK, OPEN, HOOK)):
            headers = _headers(scope)
            if is_ours(headers.get("host", "")) and (answer := await self._answer(scope, headers, body)):
                await _send(answer, headers, send)
                return
        await self._rest(scope, body, send)
        if scope["type"] == "lifespan":
            self._close()

    def _close(self) -> None:
        self._visits.close()
        self._posted.close()

    async def _answer(self, scope: Message, headers: dict[str, str], body: "Body") -> Answer | None:
        path, method = scope["path"], scope["method"]
        try:
            if path.startswith(HOOK):
                return await self._hook(scope, headers, body) if method == "POST" else None
            if method not in {"GET", "HEAD"}:
                return None
            visit = self._click if path.startswith(CLICK) else self._open
            return await visit(path, method, headers.get("user-agent", ""))
        except Exception:
            logger.exception("Django is asked instead")
            return None

    async def _click(self, path: str, method: str, agent: str) -> Answer | None:
        link = parse_click(path.removeprefix(CLICK))
        if link is None:
            return None
        token, position = link
        name = f"{token}{position}"
        knock = Knock(kind=SignalKind.CLICK, method=method, user_agent=agent, token=token, position=position)
        try:
            visit = await self._visits.ask(knock)
        except DatabaseError:
            # With the database away a click is still led on, if it can be told where.
            if target := tracking.targets.get(name):
                return _redirect(target)
            raise
        if visit is None or not visit.target:
            return None
        self._bell.ring()
        tracking.targets.put(name, visit.target)
        return _redirect(visit.target)

    async def _open(self, path: str, method: str, agent: str) -> Answer | None:
        attempt_id = parse_signed(LinkKind.OPEN, path.removeprefix(OPEN).removesuffix(OPEN_END))
        if attempt_id is None or not path.endswith(OPEN_END):
            return None
        await self._visits.ask(Knock(kind=SignalKind.OPEN, method=method, user_agent=agent, attempt_id=attempt_id))
        self._bell.ring()
        return PIXEL

    async def _hook(self, scope: Message, headers: dict[str, str], body: "Body") -> Answer | None:
        token, _, end = scope["path"].removeprefix(HOOK).partition("/")
        read = None if end else await body.read(webhooks.MAX_BODY)
        if read is None:
            return None
        asked = WebhookRequest(
            method="POST",
            path=scope["path"],
            query=QueryDict(scope["query_string"]).dict() if scope["query_string"] else {},
            headers=headers,
            body=read,
        )
        if not await self._posted.ask((token, asked)):
            return None
        self._bell.ring()
        return STORED


class Bell:
    """Wakes tracking: now and then, in a thread of its own, so that nobody waits for a broker that is away."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        """Something has come: tracking hears of it within MOMENT."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._next_at), self._ring)

    def _ring(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        self._next_at = loop.time() + MOMENT
        loop.run_in_executor(self._thread, wake, TRACK)


class Body:
    """The body of a request, which whoever comes next can read again: by coroutines, which a server need not give."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._seen: list[Message] = []

    async def __call__(self) -> Message:
        """The next part, as ASGI has it."""
        return self._seen.pop(0) if self._seen else await self._receive()

    async def read(self, most: int) -> bytes | None:
        """All of it; None where it is longer than `most` bytes, or was broken off."""
        size = 0
        while True:
            message = await self._receive()
            self._seen.append(message)
            size += len(message.get("body", b""))
            if message["type"] != "http.request" or size > most:
                return None
            if not message.get("more_body"):
                return b"".join(one.get("body", b"") for one in self._seen)


def _headers(scope: Message) -> dict[str, str]:
    """By their names in lower case; what came more than once is joined, as Django's servers do it."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


@lru_cache(maxsize=256)
def is_ours(host: str) -> bool:
    """Whether `host`, as a request names it, is one of ALLOWED_HOSTS."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _redirect(target: str) -> Answer:
    location = (b"location", target.encode("ascii"))
    return Answer(302, [location, (b"content-type", b"text/html; charset=utf-8"), *TRACKING_HEADERS])


async def _send(answer: Answer, headers: dict[str, str], send: Send) -> None:
    ours = [(b"content-length", b"%d" % len(answer.body)), (b"x-content-type-options", b"nosniff")]
    if settings.SECURE_HSTS_SECONDS and headers.get("x-forwarded-proto") == "https":
        ours.append((b"strict-transport-security", b"max-age=%d" % settings.SECURE_HSTS_SECONDS))
    await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, *ours]})
    await send({"type": "http.response.body", "body": answer.body})
