"""The requests that recipients' phones, mail programs and scanners make: real ones, to the product's own links.

Only the origin that the message's receipts go to is visited (and what the settings name), so that a test
campaign with a link to a real shop sends that shop nothing.
"""

import asyncio
import contextlib
import zlib

import aiohttp

from channels.sandbox.links import Links, links_of, origin
from channels.sandbox.rows import Message
from channels.sandbox.vocabulary import CLICK, ONE_CLICK, OPEN, SCAN

TIMEOUT = aiohttp.ClientTimeout(total=10)
AT_ONCE = 32
PHONES = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 SamsungBrowser/28.0 Mobile Safari/537.36",
)
# Gmail shows pictures through it when a person opens the mail: a proxy, not a scanner (mautic#16069).
PICTURE_PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
MAIL_SCANNERS = (
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
)
PREVIEWERS = {
    "whatsapp": "WhatsApp/2.23.20.0",
    "telegram": "TelegramBot (like TwitterBot)",
    "viber": "Viber/13.3.0 (link preview)",
    "sms": "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
}


class Browser:
    """Makes the requests, a limited number at once."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def act(self, message: Message, gesture: str, value: str, *, link_origins: tuple[str, ...]) -> None:
        """Make the requests that `gesture` causes, if it causes any. What is not answered is no matter."""
        links = links_of(text=message.text, html=message.html, buttons=message.buttons)
        permitted = {origin(message.callback_url), *map(origin, link_origins)} - {""}
        agent = chosen(message.key, PHONES)
        match gesture:
            case "open" if message.channel == "email":
                await self._load(links, permitted, agent)
            case "click" if links.visible:
                followed = [link for link in links.visible if link != message.unsubscribe_url] or list(links.visible)
                number = int(value) if value.isdecimal() else 0
                await self._ask("GET", followed[number % len(followed)], permitted, agent)
            case "scan":
                await self._scan(message, links, permitted)
            case "one_click" if message.unsubscribe_url:
                body = {"List-Unsubscribe": "One-Click"}
                await self._ask("POST", message.unsubscribe_url, permitted, "Mail provider", body=body)

    async def _load(self, links: Links, permitted: set[str], agent: str) -> None:
        loader = PICTURE_PROXY if agent == PHONES[0] else agent
        for picture in links.pictures:
            await self._ask("GET", picture, permitted, loader)

    async def _scan(self, message: Message, links: Links, permitted: set[str]) -> None:
        """All links at once, first by HEAD, as mail gateways and previewers do; they never POST."""
        agent = PREVIEWERS.get(message.channel) or chosen(message.key, MAIL_SCANNERS)
        found = [*links.hidden, *links.visible]
        for method in ("HEAD", "GET"):
            await asyncio.gather(*(self._ask(method, link, permitted, agent) for link in found))

    async def _ask(
        self, method: str, url: str, permitted: set[str], agent: str, *, body: dict[str, str] | None = None
    ) -> None:
        if origin(url) not in permitted:
            return
        async with self._at_once:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
                async with self._opened().request(
                    method, url, data=body, headers={"User-Agent": agent}, allow_redirects=False, timeout=TIMEOUT
                ) as answer:
                    await answer.read()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def chosen(key: str, agents: tuple[str, ...]) -> str:
    """One of `agents`: the same person has the same phone whenever the message `key` is played."""
    return agents[zlib.crc32(key.encode()) % len(agents)]


# The gestures that cause requests; the others only leave a mark.
VISITING = frozenset({OPEN, CLICK, SCAN, ONE_CLICK})
