"""The vendor's API: messages in, and what tests and the product's pages ask of the sandbox."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from channels.sandbox.clockwork import Clockwork
from channels.sandbox.faults import AFTER_TAKING, BEFORE_TAKING, REFUSALS, Misfortune, misbehave, of_request
from channels.sandbox.links import origin
from channels.sandbox.preferences import FAULTS, BadPreferences, as_json
from channels.sandbox.rows import Due, Message
from channels.sandbox.tokens import account_of
from channels.sandbox.vendor import MAX_BATCH, BadRequest, Order, Vendor, read_order
from channels.sandbox.vocabulary import APPS, NETWORK_GESTURES

SECRET = web.AppKey("SECRET", str)
VENDOR = web.AppKey("VENDOR", Vendor)
CLOCKWORK = web.AppKey("CLOCKWORK", Clockwork)
MISFORTUNE = web.AppKey("MISFORTUNE", Misfortune)
ACCOUNT = web.RequestKey("ACCOUNT", str)
MAX_LISTED = 1_000

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_accounts(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Every address below /api/ needs `Authorization: Bearer <API key>`; errors are JSON."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    account = account_of(request.app[SECRET], key)
    if account is None:
        return web.json_response({"error": "wrong_credentials"}, status=401)
    request[ACCOUNT] = account
    try:
        return await handler(request)
    except (BadRequest, BadPreferences) as error:
        return web.json_response({"error": "bad_request", "detail": str(error)}, status=400)


def routes() -> list[web.RouteDef]:
    """The addresses of the API."""
    return [
        web.get("/healthz", health),
        web.get("/api/account", account_told),
        web.post("/api/messages", take_messages),
        web.get("/api/messages", list_messages),
        web.delete("/api/messages", clear_messages),
        web.get("/api/messages/{id}", show_message),
        web.post("/api/messages/{id}/gestures", make_gesture),
        web.post("/api/messages/{id}/events", make_event),
        web.get("/api/settings", show_settings),
        web.put("/api/settings", change_settings),
    ]


async def health(request: web.Request) -> web.Response:
    """Whether the server works, and how much is still to come."""
    planned, reports = request.app[VENDOR].store.count_open()
    return web.json_response({"status": "ok", "planned": planned, "reports": reports})


async def account_told(request: web.Request) -> web.Response:
    """Who the API key belongs to."""
    return web.json_response({"account": request[ACCOUNT]})


async def take_messages(request: web.Request) -> web.StreamResponse:
    """Take up to 1,000 messages: `{"messages": […], "callback_url": …, "deduplicate": true}`."""
    told = await _json(request)
    orders = _orders(told)
    vendor, misfortune = request.app[VENDOR], request.app[MISFORTUNE]
    drawn = [misfortune.draw(order) for order in orders]
    broken = of_request(drawn, BEFORE_TAKING)
    if broken:
        return await misbehave(request, broken, misfortune, web.json_response({}))
    accepted = [(order, rule) for order, rule in zip(orders, drawn, strict=True) if not _refusal(rule)]
    taken = vendor.take(
        accepted,
        account=request[ACCOUNT],
        callback_url=_callback(told),
        is_deduplicating=bool(told.get("deduplicate", True)),
    )
    refused = {order.key: _refusal(rule) for order, rule in zip(orders, drawn, strict=True)}
    answer = web.json_response({"results": [_result(order, taken, refused) for order in orders]})
    broken = of_request(drawn, AFTER_TAKING)
    if broken is None:
        return answer
    if broken.fault == "receipt_first":
        await _report_first(request.app[CLOCKWORK])
        return answer
    return await misbehave(request, broken, misfortune, answer)


def _orders(told: dict[str, Any]) -> list[Order]:
    messages = told.get("messages")
    if not isinstance(messages, list) or not 0 < len(messages) <= MAX_BATCH:
        raise BadRequest(f"messages has to be a list of 1 to {MAX_BATCH}")
    try:
        return [read_order(message) for message in messages]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BadRequest(f"a message cannot be read: {error}") from error


def _callback(told: dict[str, Any]) -> str:
    url = str(told.get("callback_url") or "")
    if url and not origin(url).startswith(("http://", "https://")):
        raise BadRequest("callback_url has to be a web address")
    return url


def _refusal(rule: Any) -> str:
    return rule.fault if rule and rule.fault in REFUSALS else ""


def _result(order: Order, taken: dict[str, str], refused: dict[str, str]) -> dict[str, str]:
    fault = refused[order.key]
    if fault:
        return {"key": order.key, "status": "rejected", "error": fault, "detail": REFUSALS[fault]}
    return {"key": order.key, "status": "accepted", "id": taken[order.key]}


async def _report_first(clockwork: Clockwork) -> None:
    """Deliver and report before the request is answered, within five seconds."""
    try:
        async with asyncio.timeout(5):
            await clockwork.carry_out()
            await clockwork.report()
    except TimeoutError:
        return


async def list_messages(request: web.Request) -> web.Response:
    """The newest messages, of one `address` or `key` if asked for, with what happened to them."""
    conditions, values = ["account = ?"], [request[ACCOUNT]]
    for name in ("address", "key", "channel"):
        if name in request.query:
            conditions.append(f"{name} = ?")
            values.append(request.query[name])
    limit = request.query.get("limit", "")
    number = min(int(limit), MAX_LISTED) if limit.isdecimal() else 100
    store = request.app[VENDOR].store
    found = store.messages(" AND ".join(conditions), values, limit=number)
    return web.json_response({"messages": [_told(request, message) for message in found]})


async def show_message(request: web.Request) -> web.Response:
    """One message with what happened to it."""
    return web.json_response(_told(request, _own(request)))


def _own(request: web.Request) -> Message:
    """The message in the path, if it is the caller's own; 404 otherwise."""
    written = request.match_info["id"]
    message = request.app[VENDOR].store.message(int(written)) if written.isdecimal() else None
    if message is None or message.account != request[ACCOUNT]:
        raise web.HTTPNotFound(text='{"error": "no_such_message"}', content_type="application/json")
    return message


def _told(request: web.Request, message: Message) -> dict[str, Any]:
    history = request.app[VENDOR].store.history(message.id)
    return asdict(message) | {"history": [asdict(one) for one in history]}


async def clear_messages(request: web.Request) -> web.Response:
    """Forget every message of every account."""
    request.app[VENDOR].store.clear()
    return web.json_response({})


async def make_gesture(request: web.Request) -> web.Response:
    """Do what a recipient can, `{"gesture": "reply", "value": "STOP"}`; it has happened when this answers."""
    told = await _json(request)
    message = _own(request)
    gesture = str(told.get("gesture", ""))
    if gesture not in APPS[message.channel].gestures | NETWORK_GESTURES:
        raise BadRequest(f"{message.channel} knows no {gesture}")
    due = Due(message_id=message.id, gesture=gesture, value=str(told.get("value", "")))
    await request.app[CLOCKWORK].perform(due)
    return web.json_response(_told(request, message))


async def make_event(request: web.Request) -> web.Response:
    """Report any word about a message, with any time and id: `{"type": …, "at": Unix seconds, "event_id": …}`."""
    told = await _json(request)
    message = _own(request)
    at = float(told["at"]) if "at" in told else None
    word, event_id = str(told.get("type", "")), str(told.get("event_id", ""))
    if word not in APPS[message.channel].reports:
        raise BadRequest(f"{message.channel} reports no {word}")
    request.app[VENDOR].tell(message, word, text=str(told.get("text", "")), at=at, event_id=event_id)
    return web.json_response(_told(request, message))


async def show_settings(request: web.Request) -> web.Response:
    """The settings, and which faults there are."""
    return web.json_response(as_json(request.app[VENDOR].preferences) | {"known_faults": FAULTS})


async def change_settings(request: web.Request) -> web.Response:
    """Change what the body names: behaviours are merged, lists replaced."""
    request.app[VENDOR].change(await _json(request))
    return await show_settings(request)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        told = json.loads(await request.read())
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(told, dict):
        raise BadRequest("the body has to be an object")
    return told
