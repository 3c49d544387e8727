"""The sandbox's API: receipts on demand, a restart, what makes no sense, whose messages are whose."""

import asyncio
import json
import time
from pathlib import Path

import aiohttp
import pytest

from channels.events import EventType
from channels.kinds import Channel
from channels.sandbox import tokens
from tests.channels.providers.contract import collect
from tests.channels.sandbox.world import World, play
from tests.channels.sandbox_server import SECRET, running_sandbox
from tests.channels.web import text_answer, web_server


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
