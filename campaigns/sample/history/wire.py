"""The way to the played vendor: the engine's wire, whose answers are there at once."""

from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

from campaigns.engine.wire import Wire
from campaigns.sample.history.vendor import PlayedVendor
from channels.messages import OutboundMessage, Receipt
from channels.models import Sender
from channels.opening import open_provider

# Requests at once, so that a claimed batch leaves in one group.
IN_FLIGHT = 80


class PlayedWire(Wire):
    """Sends to `vendor`, in the caller's own thread."""

    def __init__(self, vendor: PlayedVendor, sender: Sender) -> None:
        self._vendor = vendor
        self._answers: list[Receipt] = []
        self.provider = open_provider(sender.account)
        self.provider.in_flight = IN_FLIGHT
        self.in_flight = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was opened."""

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        """Have the vendor take `messages`."""
        self.in_flight += len(messages)
        self._answers += self._vendor.take(messages)

    def receipts(self, *, wait: timedelta, enough: int) -> list[Receipt]:
        """All answers since the last time."""
        found, self._answers = self._answers, []
        self.in_flight -= len(found)
        return found
