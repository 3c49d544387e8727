"""Sends what is queued for one sender: claim, prepare, mark, wire, record, until nothing is left or time is up."""

import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from campaigns.engine import clock
from campaigns.engine.claiming import beat, claim, give_back
from campaigns.engine.marking import mark_sending
from campaigns.engine.outgoing import Outgoing, prepare
from campaigns.engine.receipts import record
from campaigns.engine.settling import Unsent, settle
from campaigns.engine.wire import Wire
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
    """Receipts that have come and are not recorded yet: what they answer is no longer under way."""

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
        if self.receipts:
            record(self.receipts, now=clock.now())
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
    sent = 0
    now = clock.now()
    claimed = claim(sender, now=now, limit=BATCH)
    if not claimed.messages:
        return Delivered(sent=0, wait=claimed.wait)
    with Wire(lambda: open_provider(sender.account)) as wire:
        while claimed.messages:
            prepared = prepare(sender, claimed.messages, now)
            settle(
                Unsent(skipped=prepared.skipped, held=prepared.held, broken=prepared.broken, lapsed=prepared.lapsed),
                token=claimed.token,
                now=now,
            )
            sent_now = _send(wire, prepared.outgoing, claimed.token)
            sent += sent_now
            if time.monotonic() > ends_at:
                return Delivered(sent=sent, wait=timedelta(0))
            if prepared.outgoing and not sent_now:
                # Something forbids it that the next tick will write down; asking again at once helps nobody.
                return Delivered(sent=sent, wait=IDLE)
            sender.refresh_from_db(fields=["held_at"])
            now = clock.now()
            claimed = claim(sender, now=now, limit=BATCH)
    return Delivered(sent=sent, wait=claimed.wait)


def _send(wire: Wire, outgoing: list[Outgoing], token: uuid.UUID) -> int:
    """Mark and send in groups no larger than the requests that can start now; record answers as they come.

    A group is half of what may be under way: while one is marked, the other is with the vendor. Where answers are
    slow to come, a smaller one goes.
    """
    waiting = deque(outgoing)
    answers = Unrecorded()
    sent = 0
    beaten_at = time.monotonic()
    group_size = max(wire.provider.group_size // 2, 1)
    least = group_size
    while waiting or wire.in_flight:
        while waiting and wire.room >= min(least, len(waiting)):
            group = [waiting.popleft() for _ in range(min(group_size, wire.room, len(waiting)))]
            sent += _send_group(wire, group, token)
        receipts = wire.receipts(wait=answers.patience, enough=group_size)
        answers.add(receipts)
        least = group_size if receipts else 1
        if answers.are_due:
            answers.record()
        if waiting and time.monotonic() - beaten_at > BEAT_EVERY.total_seconds():
            beat(token)
            beaten_at = time.monotonic()
    answers.record()
    return sent


def _send_group(wire: Wire, group: list[Outgoing], token: uuid.UUID) -> int:
    now = clock.now()
    marked = mark_sending(group, token=token, now=now, request_timeout=wire.provider.request_timeout)
    wire.send([piece.outbound for piece in marked.pieces])
    settle(
        Unsent(skipped=marked.skipped, held=marked.held, capped=marked.capped),
        token=token,
        now=now,
    )
    left = {piece.attempt.message_id for piece in marked.pieces}
    give_back([one.message for one in group if one.message.pk not in left], token, now)
    return len(marked.pieces)
