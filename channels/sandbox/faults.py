"""Which fault hits which message, and how the server then misbehaves on the wire."""

import asyncio
import random
import socket
import struct
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from channels.sandbox.preferences import FAULTS, FaultRule
from channels.sandbox.vendor import Order, Vendor

# These hit the whole request, as they would with any vendor.
BEFORE_TAKING = frozenset({"error_500", "throttled", "unavailable", "no_answer", "reset", "wrong_credentials"})
AFTER_TAKING = frozenset({"error_500_taken", "no_answer_taken", "half_answer", "reset_taken", "slow", "receipt_first"})
# These are the answer for one message.
REFUSALS = {
    "invalid_recipient": "There is no such address",
    "opted_out": "The person wants no messages",
    "content_refused": "The text is not allowed",
    "sender_refused": "The sender is not allowed",
}
STATUS = {"error_500": 500, "error_500_taken": 500, "throttled": 429, "unavailable": 503, "wrong_credentials": 401}
# Requests that are left without an answer hold memory, so there is an end to that.
LONGEST_SILENCE = 120.0
MOST_SILENT = 500


class Misfortune:
    """Draws faults by the rules of the settings, in order; a rule with `times` wears off."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._luck = random.Random(vendor.preferences.seed)  # noqa: S311  faults are to be repeatable
        self.silent = 0

    def draw(self, order: Order) -> FaultRule | None:
        """The fault of one order: what it asks for itself, else the first rule that fits and is not spared."""
        if order.fault in FAULTS:
            return FaultRule(fault=order.fault)
        for rule in self._vendor.preferences.faults:
            if _fits(rule, order) and self._luck.random() < rule.chance:
                self._wear(rule)
                return rule
        return None

    def _wear(self, rule: FaultRule) -> None:
        if not rule.times:
            return
        rules = list(self._vendor.preferences.faults)
        place = rules.index(rule)
        rules[place : place + 1] = [replace(rule, times=rule.times - 1)] if rule.times > 1 else []
        self._vendor.keep(replace(self._vendor.preferences, faults=tuple(rules)))


def _fits(rule: FaultRule, order: Order) -> bool:
    told = ((rule.channel, order.channel), (rule.sender, order.sender), (rule.address, order.address))
    return all(not wanted or wanted == actual for wanted, actual in told)


def of_request(drawn: Sequence[FaultRule | None], kinds: frozenset[str]) -> FaultRule | None:
    """The first of the drawn faults that hits the whole request in the way of `kinds`."""
    return next((rule for rule in drawn if rule and rule.fault in kinds), None)


async def misbehave(
    request: web.Request, rule: FaultRule, misfortune: Misfortune, answer: web.Response
) -> web.StreamResponse:
    """Answer `request` in the way of `rule`; `answer` is what a vendor in order would say."""
    if rule.fault in STATUS:
        headers = {"Retry-After": f"{rule.seconds:.0f}"} if rule.fault in {"throttled", "unavailable"} else None
        return web.json_response({"error": rule.fault}, status=STATUS[rule.fault], headers=headers)
    if rule.fault in {"no_answer", "no_answer_taken", "slow"}:
        await _keep_silent(rule.seconds, misfortune)
    if rule.fault == "slow":
        return answer
    if rule.fault == "half_answer":
        return await _half(request, answer)
    return _cut(request, answer)


async def _keep_silent(seconds: float, misfortune: Misfortune) -> None:
    if misfortune.silent >= MOST_SILENT:
        return
    misfortune.silent += 1
    try:
        await asyncio.sleep(min(seconds, LONGEST_SILENCE))
    finally:
        misfortune.silent -= 1


async def _half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = bytes(answer.body or b"")  # type: ignore[arg-type]
    begun = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await begun.prepare(request)
    await begun.write(body[: len(body) // 2])
    return _cut(request, begun)


def _cut(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Break the connection with a reset; nothing of `answer` that is not yet out will leave."""
    if request.transport is not None:
        plug = request.transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return answer
