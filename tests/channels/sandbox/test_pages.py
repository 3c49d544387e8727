"""The inbox and the settings as a browser gets them."""

import re
from pathlib import Path

from channels.kinds import Channel
from tests.channels.sandbox.world import PHONE, World, browser, play, signed_in


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


def test_a_refused_form_of_the_settings_keeps_what_was_typed(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        async with browser(world) as session:
            await signed_in(world, session)
            people = {"channel": "viber", "time_factor": "sixty", "seed": "mine", "by_hand": PHONE}
            people |= {"clicked chance": "12", "clicked seconds": "34"}
            page = await (await session.post(f"{world.sandbox.url}/settings/audience", data=people)).text()
            assert 'name="channel" value="viber"' in page
            for typed in ('value="sixty"', 'value="mine"', f"{PHONE}</textarea>", 'value="12"', 'value="34"'):
                assert typed in page
            assert "checked" not in page
            fault = {"fault": "throttled", "channel": "voice", "sender": "SHOP"}
            fault |= {"address": PHONE, "percent": "all", "times": "3"}
            page = await (await session.post(f"{world.sandbox.url}/settings/faults", data=fault)).text()
            for chosen in ('value="throttled" selected', 'value="voice" selected'):
                assert chosen in page
            for typed in ('value="SHOP"', f'value="{PHONE}"', 'value="all"', 'value="3"'):
                assert typed in page

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
