"""The pages: who may see them, and the inbox in which messages are read as on a phone."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from channels.sandbox import languages, phone, settings_pages
from channels.sandbox.api import CLOCKWORK, SECRET, VENDOR
from channels.sandbox.audience import CALLS
from channels.sandbox.markup import Html, fill, joined, page
from channels.sandbox.rows import Conversation, Due, Message
from channels.sandbox.tokens import ENTRANCE, SESSION, SESSION_SECONDS, is_ticket, ticket
from channels.sandbox.vocabulary import ANSWER_BACK, APPS, STOP, STOP_ANSWERS
from channels.sandbox.words import gettext as _

STATIC = Path(__file__).parent / "static"
COOKIE = "cascade_sandbox"
MAX_CONVERSATIONS = 60
MAX_NOTIFICATIONS = 40
MAX_REPLY = 1_000
# Pictures come from wherever a message takes them; nothing else comes from outside.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self';"
    " img-src 'self' http: https: data:; base-uri 'none'; frame-ancestors 'none'"
)
# A mail may look as it likes, and do nothing: no script, no form, no way out of its frame but a new window.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src http: https: data:; frame-ancestors 'self'"
)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def safe_headers(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Every page says what it may load; a page's own stricter or laxer policy stays."""
    response = await handler(request)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response


@web.middleware
async def only_signed_in(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Pages need the cookie that /enter gives; what changes something must come from these pages."""
    if request.path.startswith(("/api/", "/static/")) or request.path in {"/healthz", "/enter"}:
        return await handler(request)
    if not is_ticket(request.app[SECRET], SESSION, request.cookies.get(COOKIE, ""), now=time.time()):
        return page("door", title=_("Sandbox"), status=403)
    if request.method == "POST" and request.headers.get("Origin") != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text=_("This came from another page."))
    return await handler(request)


def routes() -> list[web.RouteDef | web.StaticDef]:
    """The addresses of the pages."""
    return [
        web.get("/", to_inbox),
        web.get("/enter", enter),
        web.get("/inbox", inbox),
        web.get("/messages/{id}/mail", mail),
        web.post("/messages/{id}/{gesture}", act),
        *settings_pages.routes(),
        web.static("/static", STATIC),
    ]


async def to_inbox(_request: web.Request) -> web.Response:
    """The first page is the inbox."""
    raise web.HTTPSeeOther("/inbox")


async def enter(request: web.Request) -> web.Response:
    """Let somebody in who comes from the product with a fresh ticket, and lead on to `next`."""
    if not is_ticket(request.app[SECRET], ENTRANCE, request.query.get("ticket", ""), now=time.time()):
        return page("door", title=_("Sandbox"), status=403)
    inside = request.query.get("next", "")
    answer = web.HTTPSeeOther(inside if inside.startswith("/inbox") else "/inbox")
    proof = ticket(request.app[SECRET], SESSION, now=time.time(), seconds=SESSION_SECONDS)
    answer.set_cookie(COOKIE, proof, max_age=SESSION_SECONDS, httponly=True, samesite="Lax")
    languages.keep(answer, request)
    raise answer


async def inbox(request: web.Request) -> web.Response:
    """All conversations, and the phone of those who are asked for: their notifications, or one open message."""
    store = request.app[VENDOR].store
    addresses = request.query.getall("address", [])
    search = request.query.get("search", "")
    conversations = store.conversations(search=search, limit=MAX_CONVERSATIONS)
    open_message = _open_message(request)
    return page(
        "inbox",
        title=_("Inbox"),
        search=search,
        layout="has-phone" if addresses else "",
        conversations=joined(_conversation(one, addresses) for one in conversations) or fill("no_messages"),
        screen=_screen(request, addresses, open_message),
        log=phone.log(open_message, store.history(open_message.id)) if open_message else fill("no_log"),
    )


def _open_message(request: web.Request) -> Message | None:
    """The message that is asked for, if somebody has opened it (or it rings): looking at it alone opens nothing."""
    written = request.query.get("message", "")
    message = request.app[VENDOR].store.message(int(written)) if written.isdecimal() else None
    return message if message and (message.is_read or message.channel in CALLS) else None


def _screen(request: web.Request, addresses: list[str], open_message: Message | None) -> Html:
    store = request.app[VENDOR].store
    if open_message:
        inside = _inside(addresses, request.query.get("name", ""))
        return phone.message(open_message, store.history(open_message.id), inside=inside)
    if not addresses:
        return fill("no_phone")
    marks = ", ".join("?" * len(addresses))
    found = store.messages(f"address IN ({marks})", addresses, limit=MAX_NOTIFICATIONS)
    name = request.query.get("name", "")
    owner = name or ", ".join(addresses)
    return phone.home(found, owner=owner, inside=_inside(addresses, name))


def _inside(addresses: list[str], name: str) -> str:
    """The query that leads back to the same phone."""
    return urlencode([("address", address) for address in addresses] + ([("name", name)] if name else []))


def _conversation(one: Conversation, chosen: list[str]) -> Html:
    return fill(
        "conversation",
        query=_inside([one.address], ""),
        address=one.address,
        channel=one.last.channel,
        text=phone.preview(one.last),
        time=phone.clock(one.last.created_at),
        unread=Html(f'<span class="count">{one.unread}</span>') if one.unread else Html(""),
        current=Html('aria-current="true"') if one.address in chosen else Html(""),
    )


def _message(request: web.Request) -> Message:
    """The message in the path; 404 without one."""
    written = request.match_info["id"]
    message = request.app[VENDOR].store.message(int(written)) if written.isdecimal() else None
    if message is None:
        raise web.HTTPNotFound(text=_("This message is gone."))
    return message


async def mail(request: web.Request) -> web.Response:
    """The HTML of a mail for its frame; loading its pictures is what opens it."""
    message = _message(request)
    if not message.is_read:
        raise web.HTTPForbidden(text=_("Open the mail first."))
    html = f'<!doctype html><meta charset="utf-8"><base target="_blank">{message.html}'
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


async def act(request: web.Request) -> web.Response:
    """Do what the recipient does, then show the phone again."""
    message = _message(request)
    gesture = request.match_info["gesture"]
    if gesture not in APPS[message.channel].gestures:
        raise web.HTTPNotFound(text=_("This cannot be done here."))
    told = await request.post()
    value = str(told.get("text", "")).strip()[:MAX_REPLY]
    if gesture == STOP:
        value = STOP_ANSWERS.get(message.language, STOP_ANSWERS["en"])
    request.app[VENDOR].take_over(message)
    if value or gesture != ANSWER_BACK:
        await request.app[CLOCKWORK].by_hand(Due(message_id=message.id, gesture=gesture, value=value))
    raise web.HTTPSeeOther(f"/inbox?{told.get('inside', '')}&message={message.id}")
