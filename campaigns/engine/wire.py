"""The worker's side of the wire.

An event loop in a thread of its own, so that database and vendor never wait for each other.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import uvloop

from channels.errors import ErrorClass, SendError
from channels.messages import OutboundMessage, Receipt
from channels.provider import Provider, failed
from channels.storable import storable_receipt

logger = logging.getLogger(__name__)


class Wire:
    """Sends through one provider, which it opens and closes in its own event loop.

    Only one thread may use it. `in_flight` are the messages whose receipts have not been fetched.
    """

    def __init__(self, open_provider: Callable[[], Provider]) -> None:
        self._open_provider = open_provider
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._receipts: deque[Receipt] = deque()
        # Rung when as many have come: the threads wake each other for a group, not for each answer.
        self._bell = threading.Event()
        self._bell_at = 1
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
        self._bell.clear()
        self._bell_at = min(enough, self.in_flight)
        if len(self._receipts) < self._bell_at:
            self._bell.wait(wait.total_seconds())
        found = [self._receipts.popleft() for _ in range(len(self._receipts))]
        self.in_flight -= len(found)
        return found

    async def _open(self) -> Provider:
        return self._open_provider()

    async def _send(self, messages: Sequence[OutboundMessage]) -> None:
        """Send `messages`; whatever becomes of the provider, each has one receipt, or somebody would wait for ever."""
        left = {message.key: message for message in messages}
        try:
            async for receipt in self.provider.send_many(messages):
                if left.pop(receipt.key, None):
                    self._take(receipt)
        except Exception:
            logger.exception("the provider %s broke off", self.provider.key)
        for message in left.values():
            self._take(failed(message, SendError(ErrorClass.UNKNOWN, code="defect", detail="the provider broke off")))

    def _take(self, receipt: Receipt) -> None:
        self._receipts.append(storable_receipt(receipt))
        if len(self._receipts) >= self._bell_at:
            self._bell.set()
