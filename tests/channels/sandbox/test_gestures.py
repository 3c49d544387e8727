"""What recipients, scanners and calls do, and what of it is reported."""

import asyncio
import time
from collections import Counter
from pathlib import Path

from aiohttp import web

from channels.events import EventType
from channels.kinds import Channel
from tests.channels.sandbox.world import PHONE, World, play
from tests.channels.web import text_answer, web_server


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
