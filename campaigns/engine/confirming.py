"""Records the usual answer for many messages in one statement: the vendor has it, and nothing else has happened.

Everything else (a refusal, no answer, a person who was faster, a second token) is for receipts.py, which
looks at each message; it would write the same here, in ten times the time.
"""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from campaigns.engine.claimed import Claimed
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import Deltas
from campaigns.engine.outgoing import Piece
from campaigns.engine.routes import quiet_hours
from campaigns.engine.shelf import Shelf
from campaigns.engine.waking import add_waking
from channels.messages import Receipt, ReceiptStatus
from channels.rows import array, run, texts

# The enrolments are locked first, as everybody locks them: while they are, nobody else changes a message on the wire.
# Rows are found by their ids alone, because an index of those in some state is full of those that have just left it.
# "(… IN …) IS TRUE": see marking.py.
CONFIRM = """
WITH given AS (
    SELECT * FROM unnest(%(attempts)s::bigint[], %(messages)s::bigint[], %(enrolments)s::bigint[],
        %(vendor_ids)s::text[], %(prices)s::numeric[], %(decide_at)s::timestamptz[])
    AS g (attempt_id, message_id, enrolment_id, vendor_id, price, decide_at)
), inside AS MATERIALIZED (
    SELECT id, outcome FROM campaigns_enrolment
    WHERE id = ANY(%(enrolments)s::bigint[]) ORDER BY id FOR UPDATE
), accepted AS (
    UPDATE campaigns_message m SET status = 'accepted', accepted_at = %(now)s, decide_at = given.decide_at,
        hold_reason = '', error_class = ''
    FROM given
    WHERE m.id = given.message_id AND m.status || m.fate = 'sending'
    AND (given.enrolment_id IN (SELECT id FROM inside WHERE outcome = '')) IS TRUE
    RETURNING given.attempt_id
), answered AS (
    UPDATE campaigns_attempt t SET status = 'accepted', answered_at = %(now)s, vendor_message_id = given.vendor_id,
        price = COALESCE(given.price, t.price)
    FROM given WHERE t.id = given.attempt_id AND (given.attempt_id IN (SELECT attempt_id FROM accepted)) IS TRUE
    RETURNING t.id, t.account_id, given.vendor_id
), named AS (
    INSERT INTO campaigns_vendorreference (account_id, vendor_message_id, attempt_id)
    SELECT account_id, vendor_id, id FROM answered WHERE vendor_id IS NOT NULL
), going_on AS (
    UPDATE campaigns_enrolment e SET next_at = given.decide_at
    FROM given WHERE e.id = given.enrolment_id AND (given.attempt_id IN (SELECT attempt_id FROM accepted)) IS TRUE
)
SELECT attempt_id FROM accepted
"""


def confirm(shelf: Shelf, sent: Mapping[str, Piece], receipts: Sequence[Receipt], *, now: datetime) -> list[Receipt]:
    """Record those of `receipts` that say that the vendor has a message that waits for just this; gives the others.

    `sent` are the pieces on the wire, by their keys; `now` is product time.
    """
    usual = [
        (piece, receipt)
        for receipt in receipts
        if receipt.status is ReceiptStatus.ACCEPTED and (piece := sent.get(receipt.key))
    ]
    if not usual:
        return list(receipts)
    try:
        done = _confirm(shelf, usual, now)
    except IntegrityError:
        # An id of the vendor's that is known of an attempt, which was unanswered and has been repeated.
        return list(receipts)
    return [receipt for receipt in receipts if receipt.key not in sent or sent[receipt.key].attempt_id not in done]


@transaction.atomic
def _confirm(shelf: Shelf, usual: Sequence[tuple[Piece, Receipt]], now: datetime) -> set[int]:
    done = {row[0] for row in run(CONFIRM, {**_columns(shelf, usual, now), "now": now})}
    _count([piece for piece, _ in usual if piece.attempt_id in done], now)
    return done


def _columns(shelf: Shelf, usual: Sequence[tuple[Piece, Receipt]], now: datetime) -> dict[str, object]:
    return {
        "attempts": array(piece.attempt_id for piece, _ in usual),
        "messages": array(piece.message.pk for piece, _ in usual),
        "enrolments": array(piece.message.enrolment_id for piece, _ in usual),
        "vendor_ids": texts(receipt.vendor_message_id or None for _, receipt in usual),
        "prices": array(receipt.price for _, receipt in usual),
        "decide_at": array(_decide_at(shelf, piece.message, now).isoformat() for piece, _ in usual),
    }


def _decide_at(shelf: Shelf, message: Claimed, now: datetime) -> datetime:
    """When the decision window closes that opens now."""
    step = shelf.steps[message.step_id]
    if not step.is_waking_time:
        return now + step.timeout
    return add_waking(now, step.timeout, quiet_hours(message.campaign), shelf.surroundings.zone_of(message.contact))


def _count(accepted: Sequence[Piece], now: datetime) -> None:
    """Each message once, also where two of its tokens were answered together."""
    deltas = Deltas(now)
    messages = {piece.message.pk: piece.message for piece in accepted}
    for place, count in Tally(message.place for message in messages.values()).items():
        deltas.add(place, Counter.NOW_SENDING, -count)
        deltas.add(place, Counter.NOW_ACCEPTED, count)
        deltas.add(place, Counter.ACCEPTED, count)
    deltas.write()
