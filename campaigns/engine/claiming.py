"""Takes queued messages of one sender under a lease: at its pace, the urgent first, fairly between campaigns."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.engine import rates
from campaigns.engine.claimed import Claimed, take
from campaigns.engine.counters import Counter as Counted
from campaigns.engine.deltas import Deltas
from campaigns.engine.leases import LEASE
from campaigns.engine.ledger import Ledger
from campaigns.engine.sharing import share
from campaigns.engine.terms import Terms, terms_of_sending
from campaigns.models import Message
from campaigns.models.messages import MessageStatus
from channels.models import Sender
from channels.rows import array, run

# A message's id, and whether something held it until now.
Chosen = tuple[int, bool]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Messages that this worker alone may send while its `token` holds.

    `wait` is how long until the sender may take more, where it may not now; None where nothing is queued. With
    `is_trial` one is sent first, and the others when the vendor has taken it.
    """

    token: uuid.UUID
    messages: Sequence[Claimed] = ()
    wait: timedelta | None = None
    is_trial: bool = False


def claim(sender: Sender, *, now: datetime, limit: int, is_urgent_only: bool = False) -> Claim:
    """Claim up to `limit` queued messages of `sender` that may leave at `now` (product time).

    Where `is_urgent_only`, those of transactional campaigns.

    1. Take tokens from the sender's bucket, if there are any and its circuit is closed: in a transaction of its
       own, because all workers wait for one another there. What is not needed is put back.
    2. Transactional campaigns take what they need; the others share the rest by their priorities.
    3. Lock the rows, skipping those that another worker has, and give them token and lease.
    """
    token = uuid.uuid4()
    if sender.held_at or not Sender.objects.usable().filter(pk=sender.pk).exists():
        return Claim(token=token)
    taken = rates.take(sender, limit)
    if taken.wait:
        has_queued = bool(terms_of_sending(sender.pk, now, is_urgent_only=is_urgent_only))
        return Claim(token=token, wait=taken.wait if has_queued else None)
    with transaction.atomic():
        campaigns = terms_of_sending(sender.pk, now, is_urgent_only=is_urgent_only)
        chosen = _choose(sender, campaigns, now, taken.number)
        messages = _mark_claimed(chosen, token, now, {campaign.pk: campaign for campaign in campaigns})
    rates.put_back(sender, taken.number - len(chosen))
    return Claim(token=token, messages=messages, is_trial=taken.is_trial)


def _choose(sender: Sender, campaigns: Sequence[Terms], now: datetime, limit: int) -> list[Chosen]:
    def take(campaign_id: int, count: int, taken: Sequence[Chosen]) -> list[Chosen]:
        return _lock_queued(sender, campaign_id, now=now, limit=count, taken=taken)

    urgent = {campaign.pk: campaign.priority for campaign in campaigns if campaign.is_urgent}
    others = {campaign.pk: campaign.priority for campaign in campaigns if not campaign.is_urgent}
    chosen = share(urgent, limit, take)
    return chosen + share(others, limit - len(chosen), take)


def _lock_queued(
    sender: Sender, campaign_id: int, *, now: datetime, limit: int, taken: Sequence[Chosen]
) -> list[Chosen]:
    rows = run(
        """
        SELECT id, hold_reason <> '' FROM campaigns_message
        WHERE sender_id = %s AND campaign_id = %s AND is_queued AND available_at <= %s
        AND id <> ALL(%s::bigint[])
        ORDER BY available_at, id LIMIT %s FOR UPDATE SKIP LOCKED
        """,
        [sender.pk, campaign_id, now, array(message_id for message_id, _ in taken), limit],
    )
    return [(message_id, was_held) for message_id, was_held in rows]


def _mark_claimed(
    chosen: Sequence[Chosen], token: uuid.UUID, now: datetime, campaigns: Mapping[int, Terms]
) -> list[Claimed]:
    """Give the locked rows token and lease; they come back with what sending needs of them, the urgent first."""
    if not chosen:
        return []
    found = take([row[0] for row in chosen], token=token, lease=LEASE, now=now, campaigns=campaigns)
    _count(found, {message_id for message_id, was_held in chosen if was_held}, now)
    return sorted(found, key=lambda message: (not message.campaign.is_urgent, message.pk))


def _count(claimed: Sequence[Claimed], held_before: AbstractSet[int], now: datetime) -> None:
    deltas = Deltas(now)
    tally = Counter((message.place, message.pk in held_before) for message in claimed if message.is_current)
    for (place, was_held), count in tally.items():
        deltas.add(place, Counted.NOW_HELD if was_held else Counted.NOW_QUEUED, -count)
        deltas.add(place, Counted.NOW_CLAIMED, count)
    deltas.write()


def give_back(messages: Sequence[Claimed], token: uuid.UUID, now: datetime) -> None:
    """Put claimed `messages` that this worker will not send back into the queue."""
    if messages:
        _give_back(messages, token, now)


@transaction.atomic
def _give_back(messages: Sequence[Claimed], token: uuid.UUID, now: datetime) -> None:
    mine = (
        Message.objects.filter(
            id__any=[message.pk for message in messages], claim_token=token, status=MessageStatus.CLAIMED
        )
        .select_related("enrolment", "step")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    ledger = Ledger(now)
    for message in mine:
        ledger.change(message, status=MessageStatus.QUEUED, claim_token=None)
    ledger.write()
