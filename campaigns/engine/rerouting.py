"""A step of a running campaign gets another sender: what still waits for the old one goes with the new one."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger, place_of
from campaigns.models import Campaign, Message, Step
from channels.models import Sender

CHUNK = 1000


def move_queued(campaign: Campaign, step: Step, sender: Sender, now: datetime) -> int:
    """Give the queued messages of `step` to `sender`, in transactions of CHUNK; gives how many were moved.

    Call it when the step's new sender is committed: whoever queues a message locks the step, so that all of the old
    sender are there by then. One that a worker has claimed just now still leaves by the old sender.
    """
    others = Sender.objects.filter(channel=step.channel).exclude(pk=sender.pk).values("pk")
    # By sender and campaign, as the index of what is queued has them.
    waiting = Message.objects.filter(campaign=campaign, is_queued=True, step=step)
    ids = sorted(waiting.filter(Q(sender__in=others) | Q(sender=None)).values_list("id", flat=True))
    return sum(_move(ids[first : first + CHUNK], sender, now) for first in range(0, len(ids), CHUNK))


@transaction.atomic
def _move(ids: Sequence[int], sender: Sender, now: datetime) -> int:
    messages = list(
        Message.objects.filter(id__any=ids, is_queued=True)
        .exclude(sender=sender)
        .select_related("enrolment", "step")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    ledger = Ledger(now)
    for message in messages:
        counter = Counter.NOW_HELD if message.hold_reason else Counter.NOW_QUEUED
        for counted in (Counter.CAME, counter):
            ledger.deltas.add(place_of(message), counted, -1)
        ledger.change(message, sender_id=sender.pk)
        for counted in (Counter.CAME, counter):
            ledger.deltas.add(place_of(message), counted)
    ledger.write()
    return len(messages)
