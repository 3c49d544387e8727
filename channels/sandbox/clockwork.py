"""What goes on by itself: planned gestures are carried out, and happenings are reported until they are taken."""

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Iterable

import aiohttp

from channels.sandbox.browser import VISITING, Browser
from channels.sandbox.links import origin
from channels.sandbox.rows import Due, Report
from channels.sandbox.tokens import webhook_secret
from channels.sandbox.vendor import Vendor
from channels.sandbox.vocabulary import ONE_CLICK
from channels.signing import signature

TICK_SECONDS = 0.05
GESTURES_AT_ONCE = 200
REPORTS_AT_ONCE = 2_000
REPORTS_PER_REQUEST = 100
REQUESTS_AT_ONCE = 8
LEASE_SECONDS = 30.0
# Told again after 1, 2, 4 … seconds, at most ten minutes apart, for about a day.
MAX_TRIES = 150
LONGEST_WAIT = 600.0
TIMEOUT = aiohttp.ClientTimeout(total=15)

logger = logging.getLogger(__name__)


class Clockwork:
    """Runs beside the server, in the same loop."""

    def __init__(self, vendor: Vendor, browser: Browser, *, secret: str) -> None:
        self._vendor = vendor
        self._browser = browser
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to carry out and to report."""
        self._loops = [asyncio.create_task(_forever(step)) for step in (self.carry_out, self.report)]

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def stop(self) -> None:
        """Stop both loops and close what is open."""
        for loop in self._loops:
            loop.cancel()
        for loop in self._loops:
            with contextlib.suppress(asyncio.CancelledError):
                await loop
        if self._session is not None:
            await self._session.close()
        await self._browser.close()

    async def carry_out(self) -> bool:
        """Carry out the gestures that are due; gives whether there were any."""
        due = self._vendor.store.take_due(now=time.time(), limit=GESTURES_AT_ONCE)
        await asyncio.gather(*(self.perform(one) for one in due))
        return bool(due)

    async def perform(self, due: Due) -> None:
        """Let one gesture happen, with the requests that it causes."""
        message = self._vendor.store.message(due.message_id)
        if message is None:
            return
        self._vendor.happen(message, due.gesture, due.value)
        if due.gesture in VISITING:
            origins = self._vendor.preferences.link_origins
            await self._browser.act(message, due.gesture, due.value, link_origins=origins)

    async def by_hand(self, due: Due) -> None:
        """A gesture of somebody who sits at the inbox: their own browser follows links and loads pictures.

        Only the one-click unsubscription is the mail provider's request, also then.
        """
        message = self._vendor.store.message(due.message_id)
        if message is None:
            return
        self._vendor.happen(message, due.gesture, due.value)
        if due.gesture == ONE_CLICK:
            await self._browser.act(message, ONE_CLICK, "", link_origins=self._vendor.preferences.link_origins)

    async def report(self) -> bool:
        """Report what is due, many happenings a request; gives whether there was anything."""
        due = self._vendor.store.lease_reports(now=time.time(), limit=REPORTS_AT_ONCE, seconds=LEASE_SECONDS)
        at_once = asyncio.Semaphore(REQUESTS_AT_ONCE)

        async def tell(batch: list[Report]) -> None:
            async with at_once:
                await self._tell(batch)

        await asyncio.gather(*(tell(batch) for batch in _batches(due)))
        return bool(due)

    async def _tell(self, batch: list[Report]) -> None:
        if await self._is_taken(batch):
            self._vendor.store.reported(batch)
            return
        self._vendor.store.reported(report for report in batch if report.tries >= MAX_TRIES)
        wait = min(2.0 ** (batch[0].tries - 1), LONGEST_WAIT)
        self._vendor.store.report_later(batch, due_at=time.time() + wait)

    async def _is_taken(self, batch: list[Report]) -> bool:
        """Whether the product answered 2xx to one signed request with the whole batch."""
        body = f'{{"events": [{", ".join(report.body for report in batch)}]}}'.encode()
        timestamp = str(int(time.time()))
        secret = webhook_secret(self._secret, batch[0].account)
        headers = {
            "Content-Type": "application/json",
            "X-Sandbox-Timestamp": timestamp,
            "X-Sandbox-Signature": signature(secret, timestamp=timestamp, body=body),
        }
        try:
            async with self._opened().post(
                batch[0].callback_url, data=body, headers=headers, allow_redirects=False, timeout=TIMEOUT
            ) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            logger.info("Report to %s not taken: %s", origin(batch[0].callback_url), type(error).__name__)
            return False


def _batches(due: Iterable[Report]) -> list[list[Report]]:
    """Reports to one address of one account that were tried as often, so that one refusal delays no others."""

    def group(report: Report) -> tuple[str, str, int]:
        return report.callback_url, report.account, report.tries

    batches: list[list[Report]] = []
    for _key, members in itertools.groupby(sorted(due, key=group), key=group):
        reports = list(members)
        batches += [reports[at : at + REPORTS_PER_REQUEST] for at in range(0, len(reports), REPORTS_PER_REQUEST)]
    return batches


async def _forever(step: Callable[[], Awaitable[bool]]) -> None:
    """Repeat `step`, at once while it finds something. An error of one round must not end the rest."""
    while True:
        try:
            is_busy = await step()
        except Exception:
            logger.exception("A round failed")
            is_busy = False
        await asyncio.sleep(0 if is_busy else TICK_SECONDS)
