"""Takes queued messages of one sender under a lease: at its pace, the urgent first, fairly between campaigns."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from campaigns.engine import clock, rates
from campaigns.engine.ledger import Ledger
from campaigns.models import Campaign, Message, Step
from campaigns.models.consent import Purpose
from campaigns.models.messages import MessageStatus
from channels.models import Sender

# Extended by a heartbeat while the worker lives; a dead worker's messages are back in the queue after it.
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Messages that this worker alone may send while its `token` holds.

    `wait` is how long until the sender may take more, where it may not now; None where nothing is queued.
    """

    token: uuid.UUID
    messages: Sequence[Message] = ()
    wait: timedelta | None = None


def claim(sender: Sender, *, now: datetime, limit: int) -> Claim:
    """Claim up to `limit` queued messages of `sender` that may leave at `now` (product time).

    1. Take tokens from the sender's bucket, if there are any and its circuit is closed: in a transaction of its
       own, because all workers wait for one another there. What is not needed is put back.
    2. Transactional campaigns take what they need; the others share the rest evenly.
    3. Lock the rows, skipping those that another worker has, and give them token and lease.
    """
    token = uuid.uuid4()
    if sender.held_at or not Sender.objects.usable().filter(pk=sender.pk).exists():
        return Claim(token=token)
    taken, wait = rates.take(sender, limit)
    if wait:
        return Claim(token=token, wait=wait if _campaigns(sender, now) else None)
    with transaction.atomic():
        ids = _choose(sender, now, taken)
        messages = _mark_claimed(ids, token, clock.real_now(), now)
    rates.put_back(sender, taken - len(ids))
    return Claim(token=token, messages=messages)


def _choose(sender: Sender, now: datetime, limit: int) -> list[int]:
    chosen: list[int] = []
    campaigns = _campaigns(sender, now)
    urgent = [campaign.pk for campaign in campaigns if campaign.purpose == Purpose.TRANSACTIONAL]
    others = [campaign.pk for campaign in campaigns if campaign.purpose != Purpose.TRANSACTIONAL]
    for group in (urgent, others):
        chosen += _share(sender, group, now, limit - len(chosen))
    return chosen


def _campaigns(sender: Sender, now: datetime) -> list[Campaign]:
    """The campaigns that have something to send from `sender`, the more important first."""
    queued = Message.objects.filter(
        sender=sender, campaign=OuterRef("pk"), status=MessageStatus.QUEUED, available_at__lte=now
    )
    return list(Campaign.objects.sending().filter(Exists(queued)).order_by("priority", "id"))


def _share(sender: Sender, campaign_ids: Sequence[int], now: datetime, limit: int) -> list[int]:
    """Up to `limit` messages, evenly from each campaign; what one does not need goes to the others.

    The one with the least is asked first in the second round, because the first told who has enough.
    """
    chosen: list[int] = []
    hungry = list(campaign_ids)
    while hungry and len(chosen) < limit:
        quota = max((limit - len(chosen)) // len(hungry), 1)
        still_hungry = []
        for campaign_id in hungry[: limit - len(chosen)]:
            found = _lock_queued(sender, campaign_id, now=now, limit=quota, taken=chosen)
            chosen += found
            if len(found) == quota:
                still_hungry.append(campaign_id)
        hungry = still_hungry
    return chosen


def _lock_queued(sender: Sender, campaign_id: int, *, now: datetime, limit: int, taken: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM campaigns_message
            WHERE sender_id = %s AND campaign_id = %s AND status = 'queued' AND available_at <= %s
            AND id <> ALL(%s)
            ORDER BY available_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [sender.pk, campaign_id, now, list(taken), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _mark_claimed(ids: Sequence[int], token: uuid.UUID, real_now: datetime, now: datetime) -> list[Message]:
    messages = _load(ids)
    ledger = Ledger(now)
    for message in messages:
        waits_since = now if message.hold_reason else message.queued_at
        ledger.change(
            message,
            status=MessageStatus.CLAIMED,
            claim_token=token,
            lease_until=real_now + LEASE,
            hold_reason="",
            queued_at=waits_since,
        )
    ledger.write()
    return messages


def _load(ids: Sequence[int]) -> list[Message]:
    """The messages with what they belong to, the urgent first; campaigns and steps, which are few, are shared."""
    messages = list(Message.objects.filter(id__any=ids).select_related("enrolment__contact"))
    campaigns = Campaign.objects.in_bulk({message.campaign_id for message in messages})
    steps = Step.objects.in_bulk({message.step_id for message in messages})
    for message in messages:
        message.campaign = campaigns[message.campaign_id]
        message.step = steps[message.step_id]
    return sorted(messages, key=lambda message: (message.campaign.purpose != Purpose.TRANSACTIONAL, message.pk))


def beat(token: uuid.UUID) -> None:
    """Extend the lease of what this worker still has claimed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_message SET lease_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE claim_token = %s AND status = 'claimed'",
            [LEASE.total_seconds(), token],
        )


@transaction.atomic
def give_back(messages: Sequence[Message], token: uuid.UUID, now: datetime) -> None:
    """Put claimed `messages` that this worker will not send back into the queue."""
    ids = [message.pk for message in messages]
    held = set(
        Message.objects.filter(id__any=ids, claim_token=token, status=MessageStatus.CLAIMED)
        .order_by("id")
        .select_for_update()
        .values_list("id", flat=True)
    )
    ledger = Ledger(now)
    for message in messages:
        if message.pk in held:
            ledger.change(message, status=MessageStatus.QUEUED, claim_token=None, lease_until=None)
    ledger.write()
