"""Writes down what became of claimed messages that do not leave now: skipped, held, broken, left out by the cap."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from django.db import transaction
from django.db.models import Max

from campaigns.engine.claimed import Claimed
from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger
from campaigns.engine.reasons import Reason
from campaigns.engine.stopping import end_locked, lock_enrolments, lock_messages
from campaigns.engine.unanswered import give_up_answer
from campaigns.models import Fate, HoldReason, Message, SkipReason, Step
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import MessageStatus
from channels.errors import ErrorClass


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """Claimed messages that do not leave now, each with the reason."""

    skipped: Iterable[tuple[Claimed, SkipReason]] = field(default=())
    held: Iterable[tuple[Claimed, HoldReason, datetime]] = field(default=())
    broken: Iterable[tuple[Claimed, str]] = field(default=())
    lapsed: Iterable[Claimed] = field(default=())
    capped: Iterable[Claimed] = field(default=())

    def enrolment_ids(self) -> set[int]:
        """The enrolments of all of them."""
        rows = [
            *(row[0] for row in self.skipped),
            *(row[0] for row in self.held),
            *(row[0] for row in self.broken),
        ]
        return {message.enrolment_id for message in [*rows, *self.lapsed, *self.capped]}


def settle(unsent: Unsent, *, token: uuid.UUID, now: datetime) -> None:
    """Write down `unsent`, as far as this worker (`token`) still has the messages.

    The enrolments are locked first, as everywhere; the step of a skipped or broken one is over, and its
    enrolment due at once.
    """
    if ids := unsent.enrolment_ids():
        _settle(unsent, ids, token, now)


@transaction.atomic
def _settle(unsent: Unsent, ids: set[int], token: uuid.UUID, now: datetime) -> None:
    enrolments = lock_enrolments(ids)
    by_enrolment = lock_messages(enrolments)
    mine = {
        message.pk: message
        for messages in by_enrolment.values()
        for message in messages
        if message.status == MessageStatus.CLAIMED and message.claim_token == token
    }
    ledger = Ledger(now)
    for message, reason in _still(unsent.skipped, mine):
        _skip(ledger, message, reason)
    for message, (hold_reason, until) in _still(((row[0], row[1:]) for row in unsent.held), mine):
        _hold(ledger, message, hold_reason, until)
    for message, detail in _still(unsent.broken, mine):
        fail(ledger, message, error_class=ErrorClass.CONTENT, code="not_composed", detail=detail)
    for message, _ in _still(((message, None) for message in unsent.lapsed), mine):
        give_up_answer(ledger, message)
    for message, _ in _still(((message, None) for message in unsent.capped), mine):
        of_enrolment = by_enrolment[message.enrolment_id]
        end_locked(ledger, message.enrolment, of_enrolment, outcome=Outcome.CANCELLED, reason=Reason.FREQUENCY_CAP)
    ledger.write()


Why = TypeVar("Why")


def _still(rows: Iterable[tuple[Claimed, Why]], mine: Mapping[int, Message]) -> Iterator[tuple[Message, Why]]:
    """The rows whose message this worker still has, with the message as it is locked."""
    return ((mine[message.pk], why) for message, why in rows if message.pk in mine)


def _skip(ledger: Ledger, message: Message, reason: SkipReason) -> None:
    ledger.close(message, Fate.SKIPPED, Reason(reason), reason)
    ledger.change(message.enrolment, next_at=ledger.now)


def _hold(ledger: Ledger, message: Message, reason: HoldReason, until: datetime) -> None:
    ledger.change(
        message,
        status=MessageStatus.QUEUED,
        hold_reason=reason,
        available_at=until,
        claim_token=None,
    )


def fail(ledger: Ledger, message: Message, *, error_class: str, code: str, detail: str) -> None:
    """The sending of `message` failed for good; its step is over, the next starts at once."""
    ledger.change(
        message,
        status=MessageStatus.FAILED,
        error_class=error_class,
        error_code=code[:60],
        error_detail=detail[:1000],
    )
    ledger.mark(message, "failed_at", Counter.FAILED)
    close_failed(ledger, message, Reason.FAILED)


def close_failed(ledger: Ledger, message: Message, reason: Reason) -> None:
    """The step of a failed `message` is over: gone on from, or ended with if it is the last of its route.

    An event moves only the step that is current: an earlier one's fate is known already.
    """
    if message.fate or message.enrolment.outcome:
        return
    is_last = message.step.position == _last_position(message.step.route_id)
    ledger.close(message, Fate.ENDED if is_last else Fate.ADVANCED, reason)
    ledger.change(message.enrolment, next_at=ledger.now)


@lru_cache(maxsize=10_000)
def _last_position(route_id: int) -> int:
    """Enrolments run on frozen versions, whose routes never change."""
    last: int = Step.objects.filter(route_id=route_id).aggregate(last=Max("position"))["last"]
    return last
