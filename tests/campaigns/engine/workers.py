"""Workers that have messages in hand, and die with them."""

import uuid
from datetime import timedelta
from typing import NamedTuple

from campaigns.engine import clock
from campaigns.engine.claiming import claim
from campaigns.engine.outgoing import Outgoing, prepare
from campaigns.engine.shelf import Shelf
from campaigns.models import Lease
from channels.models import Sender


class InHand(NamedTuple):
    """What a worker has claimed under `token`, ready to be marked and sent."""

    token: uuid.UUID
    shelf: Shelf
    outgoing: list[Outgoing]


def claimed_by(sender: Sender) -> InHand:
    """A worker claims all that is queued for `sender`, and prepares it."""
    now = clock.now()
    claimed = claim(sender, now=now, limit=100)
    shelf = Shelf(sender)
    return InHand(claimed.token, shelf, prepare(shelf, claimed.messages, now).outgoing)


def let_leases_die() -> None:
    """Nobody has extended them in time."""
    Lease.objects.update(until=clock.real_now() - timedelta(seconds=1))
