"""Marks messages as sending: the last look at everything that may forbid it, committed just before the wire."""

import uuid
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.eligibility import REACHABLE_SQL, load_reach
from campaigns.engine import budget
from campaigns.engine.budget import Commitments
from campaigns.engine.capping import over_cap
from campaigns.engine.claimed import Claimed
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import Deltas
from campaigns.engine.outgoing import Outgoing, Piece
from campaigns.engine.rows import array, run
from campaigns.models import HoldReason, SkipReason
from campaigns.models.campaigns import Campaign

# An over-budget or capped message is looked at again then.
LATER = timedelta(hours=1)
# A request may end this much after its timeout and still be recorded by its own worker.
MARGIN = timedelta(seconds=30)

# What still holds of the claimed rows, read under their locks; a stop that came first has withdrawn them.
LOCK = """
SELECT m.id FROM campaigns_message m
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
JOIN campaigns_campaign c ON c.id = m.campaign_id
JOIN channels_sender s ON s.id = m.sender_id
WHERE m.id = ANY(%(ids)s::bigint[]) AND m.status = 'claimed' AND m.claim_token = %(token)s
AND m.lease_until > clock_timestamp() + %(needed)s
AND e.outcome = '' AND c.status = 'running' AND c.held_at IS NULL AND s.held_at IS NULL
AND NOT EXISTS (
    SELECT FROM campaigns_downtimegap g
    WHERE g.ended_at - g.started_at > c.grace AND m.queued_at < g.ended_at
    AND g.ended_at > COALESCE(c.resumed_at, '-infinity') AND g.ended_at > COALESCE(s.released_at, '-infinity')
)
ORDER BY m.id FOR UPDATE OF m
"""

# The attempts at addresses that may be messaged now, and their messages. Consent and suppression are read here, not
# before; an attempt that breaks a unique index is left out: the address has a live one for this step.
MARK = f"""
WITH given AS (
    SELECT * FROM unnest(%(attempts)s::bigint[], %(messages)s::bigint[], %(addresses)s::bigint[], %(keys)s::uuid[],
        %(tokens)s::text[], %(parts)s::smallint[], %(prices)s::numeric[], %(currencies)s::text[], %(rates)s::numeric[],
        %(repeats)s::boolean[])
    AS g (attempt_id, message_id, address_id, key, token, parts, price, currency, rate, is_repeat)
), allowed AS (
    SELECT g.*, m.campaign_id, m.step_id, m.sender_id, s.account_id, e.entry_key, a.value_hash
    FROM given g
    JOIN campaigns_message m ON m.id = g.message_id
    JOIN campaigns_enrolment e ON e.id = m.enrolment_id
    JOIN campaigns_campaign c ON c.id = m.campaign_id
    JOIN channels_sender s ON s.id = m.sender_id
    JOIN campaigns_address a ON a.id = g.address_id
    WHERE {REACHABLE_SQL}
), repeated AS (
    UPDATE campaigns_attempt t SET status = 'sending', sending_at = %(now)s
    FROM allowed WHERE allowed.is_repeat AND t.id = allowed.attempt_id
    RETURNING t.id, t.message_id
), written AS (
    INSERT INTO campaigns_attempt (id, message_id, campaign_id, step_id, account_id, sender_id, address_id,
        address_hash, entry_key, key, token, status, created_at, sending_at, error_class, error_code, error_detail,
        parts, price, currency, rate)
    SELECT attempt_id, message_id, campaign_id, step_id, account_id, sender_id, address_id,
        value_hash, entry_key, key, token, 'sending', %(now)s, %(now)s, '', '', '',
        parts, price, currency, rate
    FROM allowed WHERE NOT is_repeat ORDER BY attempt_id
    ON CONFLICT DO NOTHING
    RETURNING id, message_id
), going AS (
    SELECT id, message_id FROM repeated UNION ALL SELECT id, message_id FROM written
), marked AS (
    UPDATE campaigns_message m SET status = 'sending', sending_at = %(now)s, decide_at = %(now)s + s.timeout,
        first_attempt_at = COALESCE(m.first_attempt_at, %(now)s), tries = m.tries + 1, parts = w.parts, cost = w.cost,
        lease_until = clock_timestamp() + %(lease)s
    FROM unnest(%(marked)s::bigint[], %(most_parts)s::smallint[], %(costs)s::numeric[]) AS w (id, parts, cost),
        campaigns_step s
    WHERE m.id = w.id AND s.id = m.step_id AND m.id IN (SELECT message_id FROM going)
)
SELECT attempt_id, attempt_id IN (SELECT id FROM going) FROM allowed
"""  # noqa: S608  a constant of ours


@dataclass(kw_only=True)
class Marked:
    """What may go over the wire now; the rest is still claimed, for settling.py to write down."""

    pieces: list[Piece] = field(default_factory=list)
    skipped: list[tuple[Claimed, SkipReason]] = field(default_factory=list)
    held: list[tuple[Claimed, HoldReason, datetime]] = field(default_factory=list)
    # The frequency cap ends these enrolments.
    capped: list[Claimed] = field(default_factory=list)


@transaction.atomic
def mark_sending(group: Sequence[Outgoing], *, token: uuid.UUID, now: datetime, request_timeout: timedelta) -> Marked:
    """Mark what may still leave of `group` as sending; committed before the first byte.

    1. Lock the rows and read again that they are claimed by this worker, that nothing has stopped,
       paused or held them, and that the lease outlives a request.
    2. The frequency cap, at the enrolment's first send.
    3. Reserve the budget; what does not fit is held.
    4. Consent and suppression of each address, and the attempts; an address that the step has messaged already
       gets none. Messages and counters.

    What may not leave now stays claimed and is named in the result, because ending an enrolment takes
    its lock, which comes before a message's.
    """
    budget.keep_open({outgoing.message.campaign.pk for outgoing in group})
    ids = array(outgoing.message.pk for outgoing in group)
    locked = {row[0] for row in run(LOCK, {"ids": ids, "token": token, "needed": request_timeout})}
    marked = Marked()
    left = [outgoing for outgoing in group if outgoing.message.pk in locked]
    left = _under_cap(marked, left, now)
    left = _within_budget(marked, left, now)
    gone = _write(marked, left, now, request_timeout + MARGIN)
    _count(gone, now)
    return marked


def _under_cap(marked: Marked, group: Sequence[Outgoing], now: datetime) -> list[Outgoing]:
    capped = over_cap([outgoing.message for outgoing in group], now)
    for outgoing in group:
        message = outgoing.message
        if message.pk not in capped:
            continue
        if message.campaign.on_cap == Campaign.OnCap.END:
            marked.capped.append(message)
        else:
            marked.held.append((message, HoldReason.FREQUENCY_CAP, now + LATER))
    return [outgoing for outgoing in group if outgoing.message.pk not in capped]


def _within_budget(marked: Marked, group: Sequence[Outgoing], now: datetime) -> list[Outgoing]:
    """Those that the budgets of their campaigns have room for, in order."""
    rooms = budget.room({outgoing.message.campaign.pk for outgoing in group})
    left = []
    for outgoing in group:
        room = rooms.get(outgoing.message.campaign.pk)
        # A retry has its reservation already.
        if room is None or room.take(outgoing.cost - outgoing.message.cost):
            left.append(outgoing)
        else:
            marked.held.append((outgoing.message, HoldReason.OVER_BUDGET, now + LATER))
    return left


def _write(marked: Marked, group: Sequence[Outgoing], now: datetime, lease: timedelta) -> list[Outgoing]:
    """Write the attempts of `group` and their messages; gives those that are on their way."""
    pieces = [piece for outgoing in group for piece in outgoing.pieces]
    if not pieces:
        return []
    verdicts = dict(run(MARK, {**_columns(pieces), **_message_columns(group), "now": now, "lease": lease}))
    gone = []
    for outgoing in group:
        found = [verdicts.get(piece.attempt_id) for piece in outgoing.pieces]
        if any(found):
            marked.pieces += [piece for piece, is_going in zip(outgoing.pieces, found, strict=True) if is_going]
            gone.append(outgoing)
        elif all(verdict is None for verdict in found):
            marked.skipped.append((outgoing.message, _why_unreachable(outgoing.message)))
        else:
            marked.skipped.append((outgoing.message, SkipReason.REPEATED_ADDRESS))
    return gone


def _columns(pieces: Sequence[Piece]) -> dict[str, object]:
    return {
        "attempts": array(piece.attempt_id for piece in pieces),
        "messages": array(piece.message.pk for piece in pieces),
        "addresses": array(piece.address.id for piece in pieces),
        "keys": array(piece.key.hex for piece in pieces),
        "tokens": array(piece.token for piece in pieces),
        "parts": array(piece.parts for piece in pieces),
        "prices": array(piece.price.told for piece in pieces),
        "currencies": [piece.price.currency for piece in pieces],
        "rates": array(piece.price.rate for piece in pieces),
        "repeats": array(piece.is_repeat for piece in pieces),
    }


def _message_columns(group: Sequence[Outgoing]) -> dict[str, str]:
    return {
        "marked": array(outgoing.message.pk for outgoing in group),
        "most_parts": array(outgoing.parts for outgoing in group),
        "costs": array(outgoing.cost for outgoing in group),
    }


def _why_unreachable(message: Claimed) -> SkipReason:
    """The reason, for the few whose consent went between the decision and now."""
    contact_id = message.contact.pk
    reach = load_reach([contact_id], [message.channel], message.campaign.purpose)[contact_id, message.channel]
    return reach.skip_reason or SkipReason.NO_ADDRESS


def _count(gone: Sequence[Outgoing], now: datetime) -> None:
    deltas, commitments = Deltas(now), Commitments()
    for place, count in Tally(outgoing.message.place for outgoing in gone if outgoing.message.is_current).items():
        deltas.add(place, Counter.NOW_CLAIMED, -count)
        deltas.add(place, Counter.NOW_SENDING, count)
    for outgoing in gone:
        if more := outgoing.cost - outgoing.message.cost:
            deltas.add(outgoing.message.place, Counter.COST, more)
            commitments.add(outgoing.message.campaign.pk, more)
    deltas.write()
    commitments.write()
