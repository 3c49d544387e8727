"""The worker's side of the wire.

An event loop in a thread of its own, so that database and vendor never wait for each other.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import uvloop

from channels.messages import OutboundMessage, Receipt
from channels.provider import Provider


class Wire:
    """Sends through one provider, which it opens and closes in its own event loop.

    Only one thread may use it. `in_flight` are the messages whose receipts have not been fetched.
    """

    def __init__(self, open_provider: Callable[[], Provider]) -> None:
        self._open_provider = open_provider
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._receipts: queue.SimpleQueue[Receipt] = queue.SimpleQueue()
        self.in_flight = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.provider = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.provider.close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    @property
    def room(self) -> int:
        """How many messages can start now."""
        return self.provider.group_size - self.in_flight

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        """Start sending `messages`; their receipts come through `receipts`."""
        self.in_flight += len(messages)
        asyncio.run_coroutine_threadsafe(self._send(messages), self._loop)

    def receipts(self, *, wait: timedelta, enough: int) -> list[Receipt]:
        """The receipts that have come: as many as are `enough`, or those that came while waiting for `wait`."""
        found: list[Receipt] = []
        ends_at = time.monotonic() + wait.total_seconds()
        try:
            while len(found) < min(enough, self.in_flight):
                found.append(self._receipts.get(timeout=max(ends_at - time.monotonic(), 0)))
            while True:
                found.append(self._receipts.get_nowait())
        except queue.Empty:
            self.in_flight -= len(found)
        return found

    async def _open(self) -> Provider:
        return self._open_provider()

    async def _send(self, messages: Sequence[OutboundMessage]) -> None:
        async for receipt in self.provider.send_many(messages):
            self._receipts.put(receipt)
