"""How an enrolment ends before its chain does: success, opt-out, cancelling, deletion, a new entry."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger, place_of, place_of_enrolment
from campaigns.engine.reasons import Reason
from campaigns.models import Enrolment, Message
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate

# Enrolments of one transaction when many end at once.
CHUNK = 1000


def lock_enrolments(ids: Iterable[int]) -> dict[int, Enrolment]:
    """Lock the enrolments with `ids`, in the order of their ids, for the rest of the transaction."""
    rows = (
        Enrolment.objects.filter(id__any=set(ids))
        .select_related("contact")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    return {row.pk: row for row in rows}


def lock_messages(enrolments: dict[int, Enrolment]) -> dict[int, list[Message]]:
    """Lock all messages of locked `enrolments`, in the order of their ids; by enrolment, in chain order."""
    rows = (
        Message.objects.filter(enrolment_id__any=enrolments)
        .select_related("step__sender")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    found: dict[int, list[Message]] = {enrolment_id: [] for enrolment_id in enrolments}
    for message in rows:
        message.enrolment = enrolments[message.enrolment_id]
        found[message.enrolment_id].append(message)
    for messages in found.values():
        messages.sort(key=lambda message: message.step.position)
    return found


def stop_engaged(
    ledger: Ledger, enrolment: Enrolment, messages: Sequence[Message], *, acted_upon: Message | None, reason: Reason
) -> None:
    """The target action was reached through `acted_upon` (None: before any message).

    Everything is locked. An open enrolment ends as engaged and nothing of it leaves any more; one that
    ended otherwise keeps its outcome, and the success is noted as having come after the end.
    """
    if enrolment.outcome:
        _note_after_end(ledger, enrolment)
        return
    current = messages[-1] if messages else None
    if current and not current.fate:
        ledger.close(current, Fate.ENGAGED, reason)
    else:
        ledger.deltas.add(place_of_enrolment(enrolment), Counter.ENGAGED)
    is_late = acted_upon is not None and acted_upon is not current
    ledger.change(
        enrolment,
        credit_step_key=acted_upon.step.key if acted_upon else "",
        is_late=is_late,
    )
    credited = place_of(acted_upon) if acted_upon else place_of_enrolment(enrolment)
    ledger.deltas.add(credited, Counter.CREDIT)
    if is_late:
        ledger.deltas.add(credited, Counter.LATE)
    ledger.end(enrolment, Outcome.ENGAGED, reason)


def _note_after_end(ledger: Ledger, enrolment: Enrolment) -> None:
    if enrolment.outcome == Outcome.ENGAGED or enrolment.engaged_late_at:
        return
    ledger.change(enrolment, engaged_late_at=ledger.now)
    ledger.deltas.add(place_of_enrolment(enrolment), Counter.ENGAGED_AFTER_END)


def end_locked(
    ledger: Ledger, enrolment: Enrolment, messages: Sequence[Message], *, outcome: Outcome, reason: Reason
) -> None:
    """End a locked enrolment, if it is open, and withdraw what has not left."""
    if enrolment.outcome:
        return
    if messages:
        ledger.close(messages[-1], Fate.ENDED, reason)
    ledger.end(enrolment, outcome, reason)


def end_enrolments(*, enrolment_ids: Sequence[int], outcome: Outcome, reason: Reason, at: datetime) -> int:
    """End those of `enrolment_ids` that are open, in transactions of CHUNK; gives how many they were."""
    ended = 0
    ordered = sorted(enrolment_ids)
    for start in range(0, len(ordered), CHUNK):
        with transaction.atomic():
            enrolments = lock_enrolments(ordered[start : start + CHUNK])
            messages = lock_messages(enrolments)
            ledger = Ledger(at)
            still_open = [enrolment for enrolment in enrolments.values() if not enrolment.outcome]
            for enrolment in still_open:
                end_locked(ledger, enrolment, messages[enrolment.pk], outcome=outcome, reason=reason)
            ledger.write()
            ended += len(still_open)
    return ended
