"""The sandbox under way: messages in, gestures, reports out, a restart, and the pages."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels.events import Event, EventType
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


def test_a_recipients_gestures_are_reported_as_the_vendor_would(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        await world.gesture("open")
        await world.gesture("reply", "Дякую!")
        await world.gesture("stop", "СТОП")
        await world.until(lambda: world.types().total() == 5)
        assert world.types() == {"sent": 1, "delivered": 1, "opened": 1, "replied": 1, "unsubscribed": 1}
        answer = next(event for event in world.events() if event.type is EventType.REPLIED)
        assert (answer.text, answer.reference, answer.address) == ("Дякую!", "key-1", PHONE)

    play(tmp_path, story)


def test_what_a_vendor_of_that_kind_does_not_see_is_not_reported(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message(Channel.TELEGRAM, key="telegram"), world.message(Channel.PUSH, key="push"))
        await world.gesture("open", key="telegram")
        await world.gesture("open", key="push")
        await world.gesture("reply", "hi", key="telegram")
        await world.until(lambda: world.types().total() == 1)
        await asyncio.sleep(0.2)
        assert world.types() == {"replied": 1}

    play(tmp_path, story)


def test_opening_twice_is_reported_once(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        await world.gesture("open")
        await world.gesture("open")
        await world.until(lambda: world.types()["opened"] > 0 and world.types()["delivered"] > 0)
        await asyncio.sleep(0.2)
        assert world.types()["opened"] == 1

    play(tmp_path, story)


def test_calls_are_picked_up_by_people_or_machines_or_by_nobody(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(*(world.message(Channel.VOICE, key=key) for key in ("person", "machine", "nobody")))
        await world.gesture("pick_up", key="person")
        await world.gesture("machine", key="machine")
        await world.gesture("let_ring", key="nobody")
        await world.until(lambda: world.types().total() == 3)
        told = {event.reference: (event.type, event.is_machine) for event in world.events()}
        assert told == {
            "person": (EventType.ANSWERED, False),
            "machine": (EventType.ANSWERED, True),
            "nobody": (EventType.FAILED, False),
        }

    play(tmp_path, story)


def test_the_simulated_audience_clicks_with_a_real_request(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        sure = {name: {"chance": 1, "seconds": 0} for name in ("delivered", "opened", "clicked")}
        never = {name: {"chance": 0} for name in ("replied", "opted_out", "scanned")}
        world.sandbox.vendor.change({"is_on": True, "behaviours": {"viber": sure | never}})
        await world.send(world.message())
        await world.until(lambda: bool(world.visits()) and world.types()["opened"] == 1)
        ((method, path, agent),) = world.visits()
        assert (method, path) == ("GET", "/c/abc")
        assert agent.startswith("Mozilla/5.0")

    play(tmp_path, story)


def test_a_scanner_follows_every_link_at_once_and_the_hidden_one_and_never_posts(tmp_path: Path) -> None:
    """Scanners open and click everything (listmonk#1025, mautic#9162)."""

    async def story(world: World) -> None:
        home = world.product.url
        trap = f'<a href="{home}/c/hidden" style="display:none">x</a>'
        html = f'{trap}<a href="{home}/c/one">1</a><a href="{home}/u/x">u</a>'
        never = {name: {"chance": 0} for name in ("opened", "clicked", "opted_out", "complained")}
        sure = {"delivered": {"chance": 1, "seconds": 0}, "scanned": {"chance": 1}}
        world.sandbox.vendor.change({"is_on": True, "behaviours": {"email": sure | never}})
        begun = time.monotonic()
        await world.send(world.message(Channel.EMAIL, html=html, unsubscribe_url=f"{home}/u/x"))
        await world.until(lambda: len(world.visits()) == 6)
        assert time.monotonic() - begun < 3
        assert Counter(method for method, _path, _agent in world.visits()) == {"HEAD": 3, "GET": 3}
        assert {path for _method, path, _agent in world.visits()} == {"/c/hidden", "/c/one", "/u/x"}

    play(tmp_path, story)


def test_opening_a_mail_loads_its_pictures_and_one_click_posts(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        home = world.product.url
        html = f'<p>Hi</p><img src="{home}/o/pixel.gif"><img src="https://elsewhere.invalid/logo.png">'
        await world.send(world.message(Channel.EMAIL, html=html, unsubscribe_url=f"{home}/u/x"))
        await world.gesture("open")
        await world.gesture("one_click")
        await world.gesture("complain")
        await world.until(lambda: world.types()["complained"] == 1)
        assert [(method, path) for method, path, _agent in world.visits()] == [
            ("GET", "/o/pixel.gif"),
            ("POST", "/u/x"),
        ]
        assert (b"List-Unsubscribe=One-Click") in [body for _request, body in world.product.requests]

    play(tmp_path, story)


def test_only_the_products_own_links_are_visited(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        async with web_server(text_answer()) as stranger:
            await world.send(world.message(text=f"Look: {stranger.url}/shop"))
            await world.gesture("click")
            assert stranger.requests == []
            world.sandbox.vendor.change({"link_origins": [stranger.url]})
            await world.gesture("click")
            assert len(stranger.requests) == 1

    play(tmp_path, story)


def test_a_report_that_is_not_taken_is_told_again(tmp_path: Path) -> None:
    refusals = iter([500, 302])

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=next(refusals, 200))

    async def story(world: World) -> None:
        await world.send(world.message())
        await world.until(lambda: world.types()["delivered"] == 3)
        await asyncio.sleep(0.2)
        ids = {event.vendor_event_id for event in world.events() if event.type is EventType.DELIVERED}
        assert len(ids) == 1
        assert world.sandbox.vendor.store.count_open() == (0, 0)

    play(tmp_path, story, answer)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [("duplicate_receipts", 0), ("late_receipts", 1), ("out_of_order_receipts", 1), ("receipt_first", 0)],
)
def test_receipts_come_twice_late_early_and_out_of_order(tmp_path: Path, fault: str, seconds: float) -> None:
    """Receipts: delivered back to sent; callback before our id is stored (chatwoot#14529, postmangovsg#2151)."""

    async def story(world: World) -> None:
        world.sandbox.vendor.change({"faults": [{"fault": fault, "seconds": seconds}]})
        begun = time.monotonic()
        await world.send(world.message())
        answered_at = len(world.events())
        await world.gesture("open")
        await world.until(lambda: {"delivered", "opened"} <= set(world.types()))
        order = [event.type for event in world.events()]
        took = time.monotonic() - begun
        match fault:
            case "duplicate_receipts":
                await world.until(lambda: world.types()["opened"] == 2 and world.types()["delivered"] == 2)
                assert len({event.vendor_event_id for event in world.events()}) == 3
            case "late_receipts":
                assert took >= 1
            case "out_of_order_receipts":
                assert order.index(EventType.OPENED) < order.index(EventType.DELIVERED)
            case "receipt_first":
                assert answered_at == 2

    play(tmp_path, story)


def test_a_rule_with_a_number_of_times_wears_off(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        world.sandbox.vendor.change({"faults": [{"fault": "invalid_recipient", "sender": "SHOP", "times": 2}]})
        told = []
        for key in ("a", "b", "c"):
            receipts = await collect(world.sandbox.provider(), [world.message(key=key)])
            told.append(receipts[0].status.value)
        assert told == ["failed", "failed", "accepted"]
        assert world.sandbox.vendor.preferences.faults == ()

    play(tmp_path, story)


def test_a_restart_keeps_the_inbox_the_settings_and_what_is_still_to_happen(tmp_path: Path) -> None:
    async def run() -> None:
        async with web_server(text_answer()) as product:
            async with running_sandbox(tmp_path) as sandbox:
                slow = {"delivered": {"chance": 1, "seconds": 1}}
                sandbox.vendor.change({"is_on": True, "behaviours": {"viber": slow}})
                await World(sandbox, product).send(World(sandbox, product).message())
            async with running_sandbox(tmp_path) as sandbox:
                world = World(sandbox, product)
                assert sandbox.vendor.preferences.is_on
                await world.until(lambda: world.types()["delivered"] == 1)

    asyncio.run(run())


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"{}",
        b'{"messages": []}',
        b'{"messages": [17]}',
        b'{"messages": [{"channel": "pigeon", "key": "k", "address": "a"}]}',
        b'{"messages": [{"channel": "sms", "address": "a"}]}',
        b'{"messages": [{"channel": "sms", "key": "k", "address": "a", "buttons": [1]}]}',
        b'{"messages": [{"channel": "sms", "key": "k", "address": "a", "validity": "soon"}]}',
        b'{"callback_url": "file:///etc/passwd", "messages": [{"channel": "sms", "key": "k", "address": "a"}]}',
    ],
)
def test_a_request_that_makes_no_sense_is_answered_400(tmp_path: Path, told: bytes) -> None:
    async def story(world: World) -> None:
        headers = {"Authorization": f"Bearer {tokens.api_key(SECRET, 'test')}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            answer = await session.post(f"{world.sandbox.url}/api/messages", data=told)
            assert answer.status == 400
            assert (await answer.json())["detail"]

    play(tmp_path, story)


def test_an_account_sees_only_its_own_messages(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        (message,) = world.sandbox.vendor.store.messages("1", [], limit=1)
        headers = {"Authorization": f"Bearer {tokens.api_key(SECRET, 'another')}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            listed = await session.get(f"{world.sandbox.url}/api/messages")
            assert await listed.json() == {"messages": []}
            assert (await session.get(f"{world.sandbox.url}/api/messages/{message.id}")).status == 404
        async with aiohttp.ClientSession() as session:
            assert (await session.get(f"{world.sandbox.url}/api/messages")).status == 401

    play(tmp_path, story)


def test_a_test_may_report_any_word_at_any_time(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        (message,) = world.sandbox.vendor.store.messages("1", [], limit=1)
        headers = {"Authorization": f"Bearer {tokens.api_key(SECRET, 'test')}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            url = f"{world.sandbox.url}/api/messages/{message.id}/events"
            told = {"type": "seen", "at": 1_000_000_000, "event_id": "mine"}
            assert (await session.post(url, json=told)).status == 200
            assert (await session.post(url, json={"type": "spam_report"})).status == 400
        await world.until(lambda: "opened" in world.types())
        seen = next(event for event in world.events() if event.type is EventType.OPENED)
        assert seen.vendor_event_id == "mine"
        assert seen.occurred_at is not None
        assert seen.occurred_at.timestamp() == 1_000_000_000

    play(tmp_path, story)


# --- pages ----------------------------------------------------------------------------------------


async def signed_in(world: World, session: aiohttp.ClientSession, **asked: Any) -> aiohttp.ClientResponse:
    """Enter as somebody who comes from the dashboard."""
    return await session.get(tokens.inbox_link(world.sandbox.url, SECRET, now=time.time(), **asked))


def browser(world: World) -> aiohttp.ClientSession:
    """A browser that keeps cookies and tells where a form was."""
    return aiohttp.ClientSession(headers={"Origin": world.sandbox.url}, cookie_jar=aiohttp.CookieJar(unsafe=True))


def test_the_inbox_is_closed_to_whoever_does_not_come_from_the_dashboard(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        async with browser(world) as session:
            for path in (
                "/",
                "/inbox",
                f"/inbox?address={PHONE}",
                "/messages/1/mail",
                "/settings",
                "/enter",
                "/enter?ticket=9.x",
            ):
                answer = await session.get(world.sandbox.url + path)
                assert answer.status == 403
                assert "Look:" not in await answer.text()
            assert (await session.post(f"{world.sandbox.url}/messages/1/open")).status == 403
            assert (await signed_in(world, session)).status == 200
            assert (await session.get(f"{world.sandbox.url}/settings")).status == 200

    play(tmp_path, story)


def test_a_message_is_opened_by_a_tap_and_not_by_looking(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        async with browser(world) as session:
            answer = await signed_in(world, session, addresses=[PHONE], name="Olena")
            assert "Olena" in await answer.text()
            peeked = await (await session.get(f"{world.sandbox.url}/inbox?address=%2B380671112233&message=1")).text()
            assert 'class="screen home"' in peeked
            assert "opened" not in world.types()
            opened = await session.post(
                f"{world.sandbox.url}/messages/1/open", data={"inside": "address=%2B380671112233"}
            )
            page = await opened.text()
            assert f'<a href="{world.product.url}/c/abc" target="_blank" rel="noopener noreferrer">' in page
            await session.post(f"{world.sandbox.url}/messages/1/reply", data={"text": "<b>Hi</b>", "inside": ""})
            again = await (await session.get(f"{world.sandbox.url}/inbox?message=1")).text()
            assert "&lt;b&gt;Hi&lt;/b&gt;" in again
            await session.post(f"{world.sandbox.url}/messages/1/stop", data={"inside": ""})
        await world.until(lambda: world.types()["unsubscribed"] == 1)
        assert world.types()["opened"] == 1
        assert world.types()["replied"] == 1

    play(tmp_path, story)


def test_what_another_page_posts_is_refused(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        async with browser(world) as session:
            await signed_in(world, session)
            for origin in ("https://evil.example", "null", ""):
                answer = await session.post(f"{world.sandbox.url}/messages/1/open", headers={"Origin": origin})
                assert answer.status == 403

    play(tmp_path, story)


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message(Channel.EMAIL, html="<script>alert(1)</script><p>Hi</p>", subject="<i>Hi</i>"))
        async with browser(world) as session:
            await signed_in(world, session)
            assert (await session.get(f"{world.sandbox.url}/messages/1/mail")).status == 403
            page = await (await session.post(f"{world.sandbox.url}/messages/1/open", data={"inside": ""})).text()
            assert re.search(r'<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"', page)
            assert "&lt;i&gt;Hi" in page
            assert "alert(1)" not in page
            frame = await session.get(f"{world.sandbox.url}/messages/1/mail")
            policy = frame.headers["Content-Security-Policy"]
            assert policy.startswith("sandbox allow-popups")
            assert "script-src" not in policy
            assert "default-src 'none'" in policy

    play(tmp_path, story)


def test_when_a_hand_takes_the_phone_nobody_plays_its_recipient(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        sure = {
            name: {"chance": 1, "seconds": 1} for name in ("delivered", "opened", "clicked", "replied", "opted_out")
        }
        world.sandbox.vendor.change({"is_on": True, "behaviours": {"viber": sure}})
        await world.send(world.message())
        async with browser(world) as session:
            await signed_in(world, session)
            await session.post(f"{world.sandbox.url}/messages/1/open", data={"inside": ""})
        assert world.sandbox.vendor.store.count_open()[0] == 0
        await world.until(lambda: {"delivered", "opened"} <= set(world.types()))

    play(tmp_path, story)


def test_the_settings_page_changes_what_it_shows_and_says_what_cannot_be(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        async with browser(world) as session:
            await signed_in(world, session)
            form = {"channel": "sms", "is_on": "on", "time_factor": "60", "seed": "7", "by_hand": f"{PHONE}\n\n"}
            form |= {"clicked chance": "12,5", "clicked seconds": "90"}
            await session.post(f"{world.sandbox.url}/settings/audience", data=form)
            told = world.sandbox.vendor.preferences
            assert (told.is_on, told.time_factor, told.seed, told.by_hand) == (True, 60, "7", (PHONE,))
            assert told.behaviours["sms"]["clicked"].chance == 0.125
            wrong = await session.post(f"{world.sandbox.url}/settings/audience", data=form | {"clicked chance": "120"})
            assert wrong.status == 422
            assert "between 0 and 1" in await wrong.text()
            rule = {"fault": "throttled", "channel": "sms", "percent": "50", "times": "3", "seconds": "5"}
            page = await (await session.post(f"{world.sandbox.url}/settings/faults", data=rule)).text()
            assert "Answers 429" in page
            assert world.sandbox.vendor.preferences.faults[0].chance == 0.5
            await session.post(f"{world.sandbox.url}/settings/faults/remove", data={"number": "0"})
            assert world.sandbox.vendor.preferences.faults == ()

    play(tmp_path, story)


def test_every_page_forbids_what_it_does_not_need(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await world.send(world.message())
        async with browser(world) as session:
            for answer in (await signed_in(world, session), await session.get(f"{world.sandbox.url}/settings")):
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"
                page = await answer.text()
                assert not re.search(r"<style|style=|\son\w+=|<script>", page)

    play(tmp_path, story)


def test_twenty_batches_at_once_are_taken_once_each(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        messages = [world.message(Channel.SMS, key=f"key-{number}") for number in range(2000)]
        await world.send(*messages)
        await world.send(*messages)
        store = world.sandbox.vendor.store
        kept = store.messages("1", [], limit=5000)
        assert len(kept) == 2000
        assert {message.asked for message in kept} == {2}
        await world.until(lambda: store.count_open() == (0, 0))
        assert world.types() == {"sent": 2000, "delivered": 2000}
        largest = max(len(json.loads(body)["events"]) for _request, body in world.product.requests)
        assert 1 < largest <= 100

    play(tmp_path, story)
