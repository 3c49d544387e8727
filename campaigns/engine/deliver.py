"""Sends what is queued for one sender: claim, prepare, mark, wire, record, until nothing is left or time is up."""

import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from campaigns.engine import clock, leases, rates
from campaigns.engine.claiming import Claim, claim, give_back
from campaigns.engine.confirming import confirm
from campaigns.engine.marking import mark_sending
from campaigns.engine.outgoing import Outgoing, Piece, prepare
from campaigns.engine.patience import until_answered
from campaigns.engine.receipts import record
from campaigns.engine.settling import Unsent, settle
from campaigns.engine.shelf import Shelf
from campaigns.engine.shifts import Shift
from campaigns.engine.wire import Wire
from channels.errors import FAILING, TEMPORARY
from channels.messages import Receipt
from channels.models import Sender
from channels.opening import open_provider

BATCH = 500
# Receipts are recorded in groups gathered this long, or as many as this.
GATHER = timedelta(milliseconds=50)
RECORDED_TOGETHER = 250
IDLE = timedelta(seconds=1)
# A sender that may not go faster is asked again after so long at least, and left to the next tick after so long.
PULSE = timedelta(seconds=0.2)
LONGEST_REST = timedelta(seconds=2)
# A vendor that has given no answer for so long is being waited for.
SLOW = timedelta(seconds=0.5)
BEAT_EVERY = timedelta(seconds=10)


@dataclass
class Unrecorded:
    """Receipts that have come and are not recorded yet: what they answer is no longer under way.

    `sent` is what went over the wire and has not been recorded, by its key. `failures_in_a_row` are the vendor's since
    it last dealt with a message.
    """

    shelf: Shelf
    sent: dict[str, Piece] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    since: float = 0.0
    failures_in_a_row: int = 0

    @property
    def patience(self) -> timedelta:
        """How long to wait for more before recording what there is."""
        waited = timedelta(seconds=time.monotonic() - self.since) if self.receipts else timedelta(0)
        return max(GATHER - waited, timedelta(0))

    @property
    def are_due(self) -> bool:
        """Whether they are many, or the first has waited long enough."""
        return len(self.receipts) >= RECORDED_TOGETHER or not self.patience

    @property
    def are_failures(self) -> bool:
        """Whether the vendor seems to be out of order."""
        return self.failures_in_a_row >= rates.FAILURES_TO_CLOSE

    def add(self, receipts: Sequence[Receipt]) -> None:
        """Keep `receipts` that have just come."""
        if receipts and not self.receipts:
            self.since = time.monotonic()
        self.receipts += receipts
        for receipt in receipts:
            self.failures_in_a_row = self.failures_in_a_row + 1 if receipt.error_class in FAILING else 0

    def record(self) -> None:
        """Write down what there is, also where the database is away for a moment: nobody else knows it."""
        if self.receipts:
            until_answered(self._record)
            self.receipts = []

    def _record(self) -> None:
        now = clock.now()
        unusual = confirm(self.shelf, self.sent, self.receipts, now=now)
        if unusual:
            record(unusual, now=now)
        if len(unusual) < len(self.receipts) and not any(receipt.error_class in TEMPORARY for receipt in unusual):
            rates.recover(self.shelf.sender)
        for receipt in self.receipts:
            self.sent.pop(receipt.key, None)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How a shift ended: `sent` requests were made; more may be sent after `wait` (None: nothing is queued)."""

    sent: int
    wait: timedelta | None


def wire_of(sender: Sender) -> Wire:
    """The way to the vendor of `sender`."""
    return Wire(lambda: open_provider(sender.account))


def deliver(
    sender_id: int,
    *,
    shift: Shift | None = None,
    is_urgent_only: bool = False,
    batch: int = BATCH,
    open_wire: Callable[[Sender], Wire] = wire_of,
) -> Delivered:
    """Send queued messages of the sender, at its pace, until none is left or the shift (a new one) is over.

    Where `is_urgent_only`, those of transactional campaigns. Any number of workers may do this for one sender at
    once. `batch` messages are claimed together; `open_wire` gives the way to a sender's vendor. Raises
    Sender.DoesNotExist.
    """
    shift = shift or Shift()
    sender = Sender.objects.select_related("account").get(pk=sender_id)
    claimed = claim(sender, now=clock.now(), limit=batch, is_urgent_only=is_urgent_only)
    if _is_idle(claimed):
        return Delivered(sent=0, wait=claimed.wait)
    with open_wire(sender) as wire:
        desk = _Desk(sender, wire, shift)
        wait = None
        try:
            while not _is_idle(claimed):
                wait = desk.serve(claimed)
                if wait is not None or shift.is_over:
                    break
                sender.refresh_from_db(fields=["held_at", "rate_per_second"])
                claimed = claim(sender, now=clock.now(), limit=batch, is_urgent_only=is_urgent_only)
        finally:
            desk.clear()
    return Delivered(sent=desk.sent, wait=claimed.wait if _is_idle(claimed) else wait or timedelta(0))


def _is_idle(claimed: Claim) -> bool:
    """Whether there is nothing to do but to leave the sender to a later task."""
    return not claimed.messages and (claimed.wait is None or claimed.wait > LONGEST_REST)


class _Desk:
    """Where one worker sends from: what waits, what is with the vendor, and what came back.

    A group is half of what may be under way: while one is marked, or the next batch is claimed, the other is with
    the vendor. Where answers are slow to come, a smaller one goes. What has not gone when the shift is over goes
    back into the queue: a vendor that says nothing keeps nobody longer than its requests take to time out.
    """

    def __init__(self, sender: Sender, wire: Wire, shift: Shift) -> None:
        self.sent = 0
        self._sender = sender
        self._wire = wire
        self._shift = shift
        self._shelf = Shelf(sender)
        self._answers = Unrecorded(self._shelf)
        self._waiting: deque[Outgoing] = deque()
        self._group_size = max(wire.provider.group_size // 2, 1)
        self._least = self._group_size
        self._heard_at = time.monotonic()
        self._is_trial = False
        self._tokens: set[uuid.UUID] = set()

    def serve(self, claimed: Claim) -> timedelta | None:
        """Start the requests of a claimed batch, or wait where the sender may not go faster.

        Gives how long to leave the sender alone (None: no reason to).
        """
        if not claimed.messages:
            self._rest(max(claimed.wait or PULSE, PULSE))
            return None
        self._tokens.add(claimed.token)
        self._is_trial = claimed.is_trial or self._answers.are_failures
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
        """Wait for all answers that are still to come, record them, and end the leases."""
        while self._wire.in_flight:
            self._receive(self._answers.patience)
        self._answers.record()
        until_answered(lambda: leases.end(self._tokens))

    def _rest(self, wait: timedelta) -> None:
        """Take what answers come while the sender may not go faster, for as long as `wait`."""
        self._shift.wait()
        ends_at = time.monotonic() + wait.total_seconds()
        while (left := ends_at - time.monotonic()) > 0:
            if self._wire.in_flight:
                self._receive(min(self._answers.patience, timedelta(seconds=left)))
            else:
                self._answers.record()
                time.sleep(left)

    def _start_all(self, token: uuid.UUID) -> None:
        beaten_at = time.monotonic()
        while self._waiting:
            if self._is_trial:
                self._try_one(token)
            elif self._wire.room >= min(self._least, len(self._waiting)):
                self._start_group(token, self._group_size)
            else:
                self._receive(self._answers.patience)
            if time.monotonic() - beaten_at > BEAT_EVERY.total_seconds():
                leases.extend(token)
                beaten_at = time.monotonic()
            if self._answers.are_failures:
                # Whoever claims next has to know it.
                self._answers.record()
            if self._shift.is_over or self._answers.are_failures:
                self._give_back_waiting(token)

    def _try_one(self, token: uuid.UUID) -> None:
        """Send one message to a vendor that has failed; the others may follow only when it has dealt with it."""
        self._start_group(token, 1)
        has_left = bool(self._wire.in_flight)
        while self._wire.in_flight:
            self._receive(self._answers.patience)
        self._answers.record()
        self._is_trial = not has_left
        if self._answers.failures_in_a_row:
            self._give_back_waiting(token)

    def _give_back_waiting(self, token: uuid.UUID) -> None:
        give_back([outgoing.message for outgoing in self._waiting], token, clock.now())
        rates.put_back(self._sender, len(self._waiting))
        self._waiting.clear()

    def _start_group(self, token: uuid.UUID, most: int) -> None:
        size = min(most, self._wire.room, len(self._waiting))
        group = [self._waiting.popleft() for _ in range(size)]
        now = clock.now()
        marked = mark_sending(group, token=token, now=now, request_timeout=self._wire.provider.request_timeout)
        self._answers.sent.update((piece.outbound.key, piece) for piece in marked.pieces)
        self._wire.send([piece.outbound for piece in marked.pieces])
        self.sent += len(marked.pieces)
        settle(Unsent(skipped=marked.skipped, held=marked.held, capped=marked.capped), token=token, now=now)
        left = {piece.message.pk for piece in marked.pieces}
        give_back([one.message for one in group if one.message.pk not in left], token, now)

    def _receive(self, patience: timedelta) -> None:
        receipts = self._wire.receipts(wait=patience, enough=self._group_size)
        self._answers.add(receipts)
        self._least = self._group_size if receipts else 1
        if receipts:
            self._heard_at = time.monotonic()
        elif time.monotonic() - self._heard_at > SLOW.total_seconds():
            self._shift.wait()
        if self._answers.are_due:
            self._answers.record()
