"""Queued messages on their way to a vendor and back, hop by hop in this process; no request is made.

What the workers do (engine/deliver.py, engine/inbound.py) without the wire between marking and confirming: every answer
is "accepted", at once.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from campaigns.engine import clock
from campaigns.engine.claiming import claim
from campaigns.engine.confirming import confirm
from campaigns.engine.deliver import BATCH
from campaigns.engine.inbound import BATCH as TOLD_TOGETHER
from campaigns.engine.marking import mark_sending
from campaigns.engine.matching import Told, match
from campaigns.engine.outgoing import Outgoing, prepare
from campaigns.engine.recording import record_happenings
from campaigns.engine.shelf import Shelf
from channels.events import Event, EventType
from channels.messages import Receipt, ReceiptStatus
from channels.models import Account, Sender
from channels.opening import open_provider

# As many requests as a worker of the figures in docs/benchmarks.md starts at once.
MARKED_TOGETHER = 128


@dataclass(frozen=True, kw_only=True)
class Costs:
    """How long each hop took: seconds for one, batch by batch, by the hop's name."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def spent_on(self, hop: str, count: int) -> Iterator[None]:
        """Note how long the block takes for `count` of them."""
        began = time.perf_counter()
        yield
        self.seconds[hop].append((time.perf_counter() - began) / count)

    def ms_per_1000(self, hop: str) -> float:
        """What a thousand take, in milliseconds: of the batch in the middle, so that a checkpoint says nothing."""
        return median(self.seconds[hop]) * 1e6


def hand_over(sender: Sender, costs: Costs) -> int:
    """Claim, mark and confirm what is queued for `sender`, until nothing is left; gives how many messages it was."""
    shelf, handed_over = Shelf(sender), 0
    timeout = open_provider(sender.account).request_timeout
    while True:
        began = time.perf_counter()
        claimed = claim(sender, now=clock.now(), limit=BATCH)
        if not claimed.messages:
            assert claimed.wait is None, "the sender's rate is too low for a measurement"
            return handed_over
        costs.seconds["claim"].append((time.perf_counter() - began) / len(claimed.messages))
        outgoing = prepare(shelf, claimed.messages, clock.now()).outgoing
        for first in range(0, len(outgoing), MARKED_TOGETHER):
            group = outgoing[first : first + MARKED_TOGETHER]
            now = clock.now()
            with costs.spent_on("mark", len(group)):
                marked = mark_sending(group, token=claimed.token, now=now, request_timeout=timeout)
            assert len(marked.pieces) == len(group), "something keeps messages from leaving"
            _answer(shelf, group, costs)
            handed_over += len(group)


def _answer(shelf: Shelf, group: Sequence[Outgoing], costs: Costs) -> None:
    sent = {piece.outbound.key: piece for outgoing in group for piece in outgoing.pieces}
    receipts = [Receipt(key=key, status=ReceiptStatus.ACCEPTED, vendor_message_id=uuid.uuid4().hex) for key in sent]
    with costs.spent_on("confirm", len(group)):
        unusual = confirm(shelf, sent, receipts, now=clock.now())
    assert not unusual, f"{len(unusual)} answers were not the usual ones"


def tell(account: Account, vendor_message_ids: Sequence[str], costs: Costs) -> None:
    """Record a click for each of these messages, told by the vendor by its own id, in the order given."""
    for first in range(0, len(vendor_message_ids), TOLD_TOGETHER):
        group = vendor_message_ids[first : first + TOLD_TOGETHER]
        told = [
            Told(event=Event(type=EventType.CLICKED, vendor_message_id=name), account=account, inbound_request_id=0)
            for name in group
        ]
        now = clock.now()
        with costs.spent_on("note", len(group)):
            happenings, unknown = match(told, now=now)
            recorded = record_happenings(happenings, now=now)
        assert not unknown, f"{len(unknown)} events name no message"
        assert recorded == len(group), f"{recorded} of {len(group)} events were recorded"
