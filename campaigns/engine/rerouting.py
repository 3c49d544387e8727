"""A step of a running campaign gets another sender: what still waits for the old one goes with the new one."""

from datetime import datetime

from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger, place_of
from campaigns.models import Message, Step
from channels.models import Sender

CHUNK = 1000


def move_queued(step: Step, sender: Sender, now: datetime) -> int:
    """Give the queued messages of `step` to `sender`; call it in the transaction that changes the step.

    One that a worker has claimed just now still leaves by the old sender. Gives how many were moved.
    """
    moved = 0
    while chunk := _waiting(step, sender):
        ledger = Ledger(now)
        for message in chunk:
            counter = Counter.NOW_HELD if message.hold_reason else Counter.NOW_QUEUED
            for counted in (Counter.CAME, counter):
                ledger.deltas.add(place_of(message), counted, -1)
            ledger.change(message, sender_id=sender.pk)
            ledger.deltas.add(place_of(message), Counter.CAME)
            ledger.deltas.add(place_of(message), counter)
        ledger.write()
        moved += len(chunk)
    return moved


def _waiting(step: Step, sender: Sender) -> list[Message]:
    return list(
        Message.objects.filter(step=step, is_queued=True)
        .exclude(sender=sender)
        .select_related("enrolment", "step")
        .order_by("id")
        .select_for_update(of=("self",), skip_locked=True)[:CHUNK]
    )
