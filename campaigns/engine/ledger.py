"""Everything that one transaction of the engine changes: rows, and the counters that tell of them.

No counter can be forgotten: it follows from the change of the row. The caller has locked what it
changes, enrolments by id, then messages by id.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import models

from campaigns.engine import counters
from campaigns.engine.budget import Commitments
from campaigns.engine.bulk import update_rows
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import Deltas, Place, waiting_counter
from campaigns.engine.reasons import Reason
from campaigns.models import Enrolment, Message
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus, SkipReason

FATES = {
    Fate.ENGAGED: Counter.ENGAGED,
    Fate.ADVANCED: Counter.ADVANCED,
    Fate.ENDED: Counter.ENDED,
}
# A message that has not left is withdrawn when its enrolment ends.
NOT_LEFT = frozenset({MessageStatus.QUEUED, MessageStatus.CLAIMED})


def place_of_enrolment(enrolment: Enrolment) -> Place:
    """Where the figures of the enrolment's campaign as a whole stand."""
    return Place(
        enrolment.campaign_id,
        enrolment.version_id,
        "",
        enrolment.route_id,
        enrolment.variant,
        0,
        enrolment.language,
    )


def place_of(message: Message) -> Place:
    """Where the figures of `message` stand; its enrolment and step must be loaded."""
    enrolment = message.enrolment
    return Place(
        message.campaign_id,
        enrolment.version_id,
        message.step.key,
        enrolment.route_id,
        enrolment.variant,
        message.sender_id or 0,
        enrolment.language,
    )


def _standing(message: Message) -> Counter | None:
    return None if message.fate else waiting_counter(message.status, message.hold_reason)


class Ledger:
    """The changes of one transaction. `now` is the product's time of all of them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.deltas = Deltas(now)
        self.commitments = Commitments()
        self._changed: dict[models.Model, set[str]] = defaultdict(set)

    def change(self, row: models.Model, **fields: Any) -> None:
        """Set `fields` (attribute names) of a locked row, now and at `write`."""
        before = _standing(row) if isinstance(row, Message) else None
        for name, value in fields.items():
            setattr(row, name, value)
        self._changed[row].update(fields)
        if isinstance(row, Message):
            self.deltas.move(place_of(row), before, _standing(row))

    def mark(self, message: Message, name: str, counter: str, at: datetime | None = None) -> bool:
        """Note the first time that something happened to `message`; False when it was known."""
        if getattr(message, name) is not None:
            return False
        self.change(message, **{name: at or self.now})
        self.deltas.add(place_of(message), counter)
        return True

    def close(
        self,
        message: Message,
        fate: Fate,
        reason: str,
        skip_reason: SkipReason | None = None,
    ) -> None:
        """The step of `message` is over for its enrolment. One that has not left never will."""
        if message.fate:
            return
        fields: dict[str, Any] = {
            "fate": fate,
            "fate_reason": reason,
            "fate_at": self.now,
        }
        if fate is Fate.SKIPPED:
            fields |= {
                "status": MessageStatus.SKIPPED,
                "skip_reason": skip_reason,
                "hold_reason": "",
            }
        elif message.status in NOT_LEFT:
            fields |= {"status": MessageStatus.WITHDRAWN, "hold_reason": ""}
        self.change(message, **fields)
        counter = counters.skipped(skip_reason) if fate is Fate.SKIPPED and skip_reason else FATES[fate]
        self.deltas.add(place_of(message), counter)

    def end(self, enrolment: Enrolment, outcome: Outcome, reason: Reason) -> None:
        """The enrolment is over."""
        self.change(enrolment, outcome=outcome, ended_by=reason, ended_at=self.now, next_at=None)
        self.deltas.add(place_of_enrolment(enrolment), counters.outcome(outcome))

    def charge(self, message: Message, cost: Decimal) -> None:
        """What `message` costs is now `cost`, in the reporting currency."""
        self.deltas.add(place_of(message), Counter.COST, cost - message.cost)
        self.commitments.add(message.campaign_id, cost - message.cost)
        self.change(message, cost=cost)

    def write(self) -> None:
        """Write it all: changed rows grouped by what changed in them, counters."""
        groups: dict[tuple[type[models.Model], frozenset[str]], list[models.Model]] = defaultdict(list)
        for row, names in self._changed.items():
            columns = frozenset(_attribute(type(row), name) for name in names)
            groups[type(row), columns].append(row)
        for (model, columns), rows in groups.items():
            update_rows(model, rows, sorted(columns))
        self.deltas.write()
        self.commitments.write()
        self._changed.clear()


@cache
def _attribute(model: type[models.Model], name: str) -> str:
    """The attribute that holds what is written: a reference may be named by its object."""
    fields = model._meta.concrete_fields  # noqa: SLF001  its public API
    return next(field.attname for field in fields if name in {field.name, field.attname})
