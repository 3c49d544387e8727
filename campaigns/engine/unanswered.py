"""Requests that nobody answered: repeated while the vendor promises to recognise the key, else unknown for good."""

from datetime import datetime, timedelta

from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger, place_of
from campaigns.models import Message
from campaigns.models.messages import MessageStatus


def is_recognised(promised: timedelta | None, first_sent_at: datetime | None, now: datetime) -> bool:
    """Would the vendor, who promises to know a key for so long (None: not at all), recognise it at `now`?"""
    return promised is not None and first_sent_at is not None and now - first_sent_at < promised


def give_up_answer(ledger: Ledger, message: Message) -> None:
    """`message` is unknown: never resent, it waits for its window as if it had been sent. Its enrolment is locked."""
    ledger.change(message, status=MessageStatus.UNKNOWN, hold_reason="")
    ledger.deltas.add(place_of(message), Counter.UNKNOWN)
    if not message.enrolment.outcome and not message.fate:
        ledger.change(message.enrolment, next_at=message.decide_at)
