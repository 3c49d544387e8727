"""Sends what is queued for one sender: claim, prepare, mark, wire, record, until nothing is left or time is up."""

import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from campaigns.engine import clock, rates
from campaigns.engine.claiming import Claim, beat, claim, give_back
from campaigns.engine.confirming import confirm
from campaigns.engine.marking import mark_sending
from campaigns.engine.outgoing import Outgoing, Piece, prepare
from campaigns.engine.receipts import record
from campaigns.engine.settling import Unsent, settle
from campaigns.engine.shelf import Shelf
from campaigns.engine.wire import Wire
from channels.errors import TEMPORARY
from channels.messages import Receipt
from channels.models import Sender
from channels.opening import open_provider

BATCH = 500
# Receipts are recorded in groups gathered this long, or as many as this.
GATHER = timedelta(milliseconds=50)
RECORDED_TOGETHER = 250
# A task gives its worker back to others after this.
SHIFT = timedelta(seconds=20)
IDLE = timedelta(seconds=1)
BEAT_EVERY = timedelta(seconds=10)


@dataclass
class Unrecorded:
    """Receipts that have come and are not recorded yet: what they answer is no longer under way.

    `sent` is what went over the wire and has not been recorded, by its key.
    """

    shelf: Shelf
    sent: dict[str, Piece] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    since: float = 0.0

    @property
    def patience(self) -> timedelta:
        """How long to wait for more before recording what there is."""
        waited = timedelta(seconds=time.monotonic() - self.since) if self.receipts else timedelta(0)
        return max(GATHER - waited, timedelta(0))

    @property
    def are_due(self) -> bool:
        """Whether they are many, or the first has waited long enough."""
        return len(self.receipts) >= RECORDED_TOGETHER or not self.patience

    def add(self, receipts: Sequence[Receipt]) -> None:
        """Keep `receipts` that have just come."""
        if receipts and not self.receipts:
            self.since = time.monotonic()
        self.receipts += receipts

    def record(self) -> None:
        """Write down what there is."""
        if not self.receipts:
            return
        now = clock.now()
        unusual = confirm(self.shelf, self.sent, self.receipts, now=now)
        if unusual:
            record(unusual, now=now)
        if len(unusual) < len(self.receipts) and not any(receipt.error_class in TEMPORARY for receipt in unusual):
            rates.recover(self.shelf.sender)
        for receipt in self.receipts:
            self.sent.pop(receipt.key, None)
        self.receipts = []


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How a shift ended: `sent` requests were made; more may be sent after `wait` (None: nothing is queued)."""

    sent: int
    wait: timedelta | None


def deliver(sender_id: int, *, shift: timedelta = SHIFT) -> Delivered:
    """Send queued messages of the sender until none is left, it may not go faster, or the shift is over.

    Any number of workers may do this for one sender at once. Raises Sender.DoesNotExist.
    """
    sender = Sender.objects.select_related("account").get(pk=sender_id)
    ends_at = time.monotonic() + shift.total_seconds()
    claimed = claim(sender, now=clock.now(), limit=BATCH)
    if not claimed.messages:
        return Delivered(sent=0, wait=claimed.wait)
    with Wire(lambda: open_provider(sender.account)) as wire:
        desk = _Desk(sender, wire)
        wait = claimed.wait
        while claimed.messages:
            wait = desk.serve(claimed)
            if wait is not None or time.monotonic() > ends_at:
                break
            sender.refresh_from_db(fields=["held_at"])
            claimed = claim(sender, now=clock.now(), limit=BATCH)
            wait = claimed.wait
        desk.clear()
    is_over = bool(claimed.messages) and wait is None
    return Delivered(sent=desk.sent, wait=timedelta(0) if is_over else wait)


class _Desk:
    """Where one worker sends from: what waits, what is with the vendor, and what came back.

    A group is half of what may be under way: while one is marked, or the next batch is claimed, the other is with
    the vendor. Where answers are slow to come, a smaller one goes.
    """

    def __init__(self, sender: Sender, wire: Wire) -> None:
        self.sent = 0
        self._wire = wire
        self._shelf = Shelf(sender)
        self._answers = Unrecorded(self._shelf)
        self._waiting: deque[Outgoing] = deque()
        self._group_size = max(wire.provider.group_size // 2, 1)
        self._least = self._group_size

    def serve(self, claimed: Claim) -> timedelta | None:
        """Start the requests of a claimed batch; gives how long to leave the sender alone (None: no reason to)."""
        now = clock.now()
        prepared = prepare(self._shelf, claimed.messages, now)
        settle(
            Unsent(skipped=prepared.skipped, held=prepared.held, broken=prepared.broken, lapsed=prepared.lapsed),
            token=claimed.token,
            now=now,
        )
        sent_before = self.sent
        self._waiting.extend(prepared.outgoing)
        self._start_all(claimed.token)
        # Nothing left: something forbids it that the next tick will write down; asking again at once helps nobody.
        return IDLE if prepared.outgoing and self.sent == sent_before else None

    def clear(self) -> None:
        """Wait for all answers that are still to come, and record them."""
        while self._wire.in_flight:
            self._receive()
        self._answers.record()

    def _start_all(self, token: uuid.UUID) -> None:
        beaten_at = time.monotonic()
        while self._waiting:
            if self._wire.room >= min(self._least, len(self._waiting)):
                self._start_group(token)
            else:
                self._receive()
            if time.monotonic() - beaten_at > BEAT_EVERY.total_seconds():
                beat(token)
                beaten_at = time.monotonic()

    def _start_group(self, token: uuid.UUID) -> None:
        size = min(self._group_size, self._wire.room, len(self._waiting))
        group = [self._waiting.popleft() for _ in range(size)]
        now = clock.now()
        marked = mark_sending(group, token=token, now=now, request_timeout=self._wire.provider.request_timeout)
        self._answers.sent.update((piece.outbound.key, piece) for piece in marked.pieces)
        self._wire.send([piece.outbound for piece in marked.pieces])
        self.sent += len(marked.pieces)
        settle(Unsent(skipped=marked.skipped, held=marked.held, capped=marked.capped), token=token, now=now)
        left = {piece.message.pk for piece in marked.pieces}
        give_back([one.message for one in group if one.message.pk not in left], token, now)

    def _receive(self) -> None:
        receipts = self._wire.receipts(wait=self._answers.patience, enough=self._group_size)
        self._answers.add(receipts)
        self._least = self._group_size if receipts else 1
        if self._answers.are_due:
            self._answers.record()
