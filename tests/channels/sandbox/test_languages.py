"""The sandbox's pages in the language of whoever reads them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import aiohttp
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings

from channels.kinds import Channel
from channels.sandbox import tokens, words
from channels.sandbox.languages import preferred
from channels.sandbox.vocabulary import APPS
from scripts import messages
from tests.channels.sandbox.world import World, browser, play, signed_in
from tests.channels.sandbox_server import SECRET

# What the pages show that is nobody's text: of the messages, and names that are the same in every language.
CONTENTS = re.compile(
    r"SHOP|Look|http\S+|Subject|key-\w+|sb_\w+|Telegram|Viber|WhatsApp|RCS|Messenger|Instagram|VK|СТОП"
)


def compile_catalog(folder: Path, language: str, texts: Catalog) -> None:
    """Write the compiled catalog of a language as `scripts.translations` does."""
    path = folder / language / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, texts)


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Ukrainian and Spanish each text of the sandbox is ⟦itself⟧, with characters that HTML and templates mind."""
    monkeypatch.setattr(messages, "FOLDERS", ("channels/sandbox",))
    for language in ("uk", "es"):
        texts = messages.collect()
        for text in texts:
            forms = [text.id] * texts.num_plurals if isinstance(text.id, str) else text.id
            done = tuple(f"⟦$<u>{form}⟧" for form in forms) if text.pluralizable else f"⟦$<u>{text.id}⟧"
            text.string = done if text.id else ""
        texts.locale = language
        compile_catalog(tmp_path / "locale", language, texts)
    monkeypatch.setattr(words, "LOCALE", tmp_path / "locale")


class Reader(HTMLParser):
    """What a person reads or hears of a page: its texts, and the attributes that are texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        assert tag != "u", "a translation is not escaped"
        if tag == "html":
            self.language = told["lang"]
        self.texts += [told[name] for name in ("aria-label", "placeholder", "title", "alt") if name in told]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def unmarked(page: str) -> list[str]:
    """The texts of a page that went through no catalog and are not of a message."""
    found = []
    for text in Reader(page).texts:
        rest = text
        while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", rest)) != rest:
            rest = shorter
        if re.search(r"[^\W\d_]", CONTENTS.sub("", rest)):
            found.append(text)
    return found


async def read_page(session: aiohttp.ClientSession, url: str) -> str:
    """A page, of which nothing of its own may be English."""
    async with session.get(url) as answer:
        page = await answer.text()
    assert unmarked(page) == [], url
    assert Reader(page).language == "uk"
    return page


@pytest.mark.usefixtures("marked")
def test_every_text_of_every_page_is_one_that_catalogs_translate(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        url = world.sandbox.url
        async with browser(world) as session:
            await signed_in(world, session, language="uk")
            await read_page(session, f"{url}/inbox")
            for channel in APPS:
                html = f"<p>{world.product.url}/c/abc</p>" if channel == "email" else ""
                told = {"subject": "Subject", "html": html, "unsubscribe_url": f"{world.product.url}/u/abc"}
                await world.send(world.message(Channel(channel), key=f"key-{channel}", **told))
            rung = await read_page(session, f"{url}/inbox?address=%2B380671112233")
            assert "⟦$&lt;u&gt;ringing…⟧" in rung
            for message in world.sandbox.vendor.store.messages("1", [], limit=20):
                for gesture in sorted(APPS[message.channel].gestures):
                    async with session.post(f"{url}/messages/{message.id}/{gesture}", data={"text": "СТОП"}) as answer:
                        assert unmarked(await answer.text()) == []
                await read_page(session, f"{url}/inbox?message={message.id}")
            page = await read_page(session, f"{url}/inbox?address=%2B380671112233&name=%3C1%3E")
            assert "&lt;1&gt;" in page

    play(tmp_path, story)


@pytest.mark.usefixtures("marked")
def test_every_text_of_the_settings_is_one_that_catalogs_translate(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        url = f"{world.sandbox.url}/settings"
        async with browser(world) as session:
            await signed_in(world, session, language="uk")
            for channel in APPS:
                await read_page(session, f"{url}?channel={channel}&saved=1")
            for rule in ({"fault": "slow"}, {"fault": "reset", "channel": "sms", "times": "2", "percent": "50"}):
                async with session.post(f"{url}/faults", data=rule) as answer:
                    assert answer.status == 200
            await read_page(session, url)
            for wrong in ({"time_factor": "soon"}, {"time_factor": "0"}, {"time_factor": "nan"}):
                async with session.post(f"{url}/audience", data={"channel": "sms"} | wrong) as answer:
                    assert (answer.status, unmarked(await answer.text())) == (422, [])
            for wrong in ({"percent": "101"}, {"times": "inf"}, {"seconds": "-1"}, {"fault": "unheard of"}):
                async with session.post(f"{url}/faults", data={"fault": "slow"} | wrong) as answer:
                    assert (answer.status, unmarked(await answer.text())) == (422, [])

    play(tmp_path, story)


@pytest.mark.usefixtures("marked")
def test_a_number_that_cannot_be_is_told_as_the_form_calls_and_counts_it(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        async with browser(world) as session:
            await signed_in(world, session)
            form = {"channel": "sms", "clicked chance": "120", "clicked seconds": "1"}
            async with session.post(f"{world.sandbox.url}/settings/audience", data=form) as answer:
                assert "Not saved: “follow a link, percent” has to be between 0 and 100." in await answer.text()

    play(tmp_path, story)


@pytest.mark.usefixtures("marked")
def test_the_link_says_the_language_and_the_pages_keep_it(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        inbox = f"{world.sandbox.url}/inbox"
        async with browser(world) as session:
            session.headers["Accept-Language"] = "es"
            for told, spoken in (("", "es"), ("uk", "uk"), ("", "uk"), ("en", "en"), ("uk-UA", "uk"), ("xx", "en")):
                await signed_in(world, session, language=told)
                async with session.get(inbox) as answer:
                    assert Reader(await answer.text()).language == spoken

    play(tmp_path, story)


@pytest.mark.usefixtures("marked")
def test_the_closed_door_speaks_the_language_of_the_browser(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        async with browser(world) as session:
            for accepted, spoken in (("de, es;q=0.4, uk;q=0.8", "uk"), ("de", "en"), ("", "en")):
                session.headers["Accept-Language"] = accepted
                async with session.get(world.sandbox.url) as answer:
                    assert (answer.status, Reader(await answer.text()).language) == (403, spoken)

    play(tmp_path, story)


@pytest.mark.usefixtures("marked")
def test_the_api_speaks_english_to_everybody(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        async with browser(world) as session:
            await signed_in(world, session, language="uk")
            headers = {"Authorization": f"Bearer {tokens.api_key(SECRET, 'test')}", "Accept-Language": "uk"}
            url = f"{world.sandbox.url}/api/settings"
            async with session.put(url, json={"time_factor": 0}, headers=headers) as answer:
                assert (await answer.json())["detail"] == "time_factor has to be between 0.001 and 100000"

    play(tmp_path, story)


def test_a_language_whose_catalog_is_not_compiled_is_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LOCALE", tmp_path)

    async def story(world: World) -> None:
        async with browser(world) as session:
            answer = await signed_in(world, session, language="uk")
            page = await answer.text()
            assert Reader(page).language == "en"
            assert "Nothing leaves this machine" in page

    play(tmp_path, story)


@pytest.mark.usefixtures("marked")
def test_of_the_languages_that_a_browser_accepts_the_best_known_one_is_taken() -> None:
    assert preferred("uk") == "uk"
    assert preferred("ES-mx,en;q=0.9") == "es"
    assert preferred("en;q=0.5, uk;q=0.7") == "uk"
    assert preferred("uk;q=0, es;q=many, en;q=0.1") == "en"
    assert preferred("../../etc, *;q=0.5") == ""


def test_the_sandbox_and_the_product_speak_the_same_languages() -> None:
    assert {words.ENGLISH, *words.TRANSLATED} == {code for code, _name in settings.LANGUAGES}


@pytest.fixture
def in_ukrainian(marked: None) -> Iterator[None]:
    with words.spoken("uk"):
        yield


@pytest.mark.usefixtures("in_ukrainian")
def test_numbers_are_written_as_readers_of_the_language_do() -> None:
    assert words.number(2_592_000).replace("\xa0", " ") == "2 592 000"
    assert words.typed(12_000.5) == "12000,5"
    assert words.percent(0.5).replace("\xa0", " ") == "50%"
    assert words.gettext("") == ""
