"""Marks messages as sending: the last look at everything that may forbid it, committed just before the wire."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from campaigns.eligibility import REACHABLE_SQL, load_reach
from campaigns.engine import clock
from campaigns.engine.bulk import insert_rows
from campaigns.engine.capping import over_cap
from campaigns.engine.ledger import Ledger
from campaigns.engine.outgoing import Outgoing, Piece
from campaigns.models import Attempt, BudgetState, HoldReason, Message, SkipReason
from campaigns.models.campaigns import Campaign
from campaigns.models.messages import AttemptStatus, MessageStatus

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
WHERE m.id = ANY(%(ids)s) AND m.status = 'claimed' AND m.claim_token = %(token)s
AND m.lease_until > clock_timestamp() + make_interval(secs => %(needed)s)
AND e.outcome = '' AND c.status = 'running' AND c.held_at IS NULL AND s.held_at IS NULL
AND NOT EXISTS (
    SELECT FROM campaigns_downtimegap g
    WHERE g.ended_at - g.started_at > c.grace AND m.queued_at < g.ended_at
    AND g.ended_at > COALESCE(c.resumed_at, '-infinity') AND g.ended_at > COALESCE(s.released_at, '-infinity')
)
ORDER BY m.id FOR UPDATE OF m
"""

# The addresses that may be messaged now: consent and suppression are read here, not before.
REACHABLE = f"""
SELECT x.attempt_id FROM unnest(%(attempts)s::bigint[], %(messages)s::bigint[], %(addresses)s::bigint[])
    AS x(attempt_id, message_id, address_id)
JOIN campaigns_message m ON m.id = x.message_id
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
JOIN campaigns_campaign c ON c.id = m.campaign_id
JOIN campaigns_address a ON a.id = x.address_id
WHERE {REACHABLE_SQL}
"""  # noqa: S608  a constant of ours


@dataclass(kw_only=True)
class Marked:
    """What may go over the wire now; the rest is still claimed, for settling.py to write down."""

    pieces: list[Piece] = field(default_factory=list)
    skipped: list[tuple[Message, SkipReason]] = field(default_factory=list)
    held: list[tuple[Message, HoldReason, datetime]] = field(default_factory=list)
    # The frequency cap ends these enrolments.
    capped: list[Message] = field(default_factory=list)


@transaction.atomic
def mark_sending(
    group: Sequence[Outgoing],
    *,
    token: uuid.UUID,
    now: datetime,
    request_timeout: timedelta,
) -> Marked:
    """Mark what may still leave of `group` as sending; committed before the first byte.

    1. Lock the rows and read again that they are claimed by this worker, that nothing has stopped,
       paused or held them, and that the lease outlives a request.
    2. The frequency cap, at the enrolment's first send.
    3. Consent and suppression of each address.
    4. Reserve the budget; what does not fit is held.
    5. Write the attempts; an address that the step has messaged already gets none.
    6. Write messages and counters.

    What may not leave now stays claimed and is named in the result, because ending an enrolment takes
    its lock, which comes before a message's.
    """
    locked = _lock(group, token, request_timeout)
    marked = Marked()
    left = [outgoing for outgoing in group if outgoing.message.pk in locked]
    left = _under_cap(marked, left, now)
    left = _reachable(marked, left)
    ledger = Ledger(now)
    left = _within_budget(ledger, marked, left, now)
    written = _write_attempts([piece for outgoing in left for piece in outgoing.pieces], now)
    lease_until = clock.real_now() + request_timeout + MARGIN
    for outgoing in left:
        pieces = [piece for piece in outgoing.pieces if piece.attempt.pk in written]
        if pieces:
            _mark(ledger, outgoing, lease_until)
            marked.pieces += pieces
        else:
            marked.skipped.append((outgoing.message, SkipReason.REPEATED_ADDRESS))
    ledger.write()
    return marked


def _lock(group: Sequence[Outgoing], token: uuid.UUID, request_timeout: timedelta) -> set[int]:
    ids = [outgoing.message.pk for outgoing in group]
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": ids, "token": token, "needed": request_timeout.total_seconds()})
        return {row[0] for row in cursor.fetchall()}


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


def _reachable(marked: Marked, group: Sequence[Outgoing]) -> list[Outgoing]:
    """The group with only the addresses that may be messaged now."""
    pieces = [piece for outgoing in group for piece in outgoing.pieces]
    with connection.cursor() as cursor:
        cursor.execute(
            REACHABLE,
            {
                "attempts": [piece.attempt.pk for piece in pieces],
                "messages": [piece.attempt.message_id for piece in pieces],
                "addresses": [piece.address.id for piece in pieces],
            },
        )
        allowed = {row[0] for row in cursor.fetchall()}
    left = []
    for outgoing in group:
        kept = [piece for piece in outgoing.pieces if piece.attempt.pk in allowed]
        if kept:
            left.append(replace(outgoing, pieces=kept))
        else:
            marked.skipped.append((outgoing.message, _why_unreachable(outgoing.message)))
    return left


def _why_unreachable(message: Message) -> SkipReason:
    """The reason, for the few whose consent went between the claim and now."""
    contact_id = message.enrolment.contact_id
    reach = load_reach([contact_id], [message.channel], message.campaign.purpose)[contact_id, message.channel]
    return reach.skip_reason or SkipReason.NO_ADDRESS


def _within_budget(ledger: Ledger, marked: Marked, group: Sequence[Outgoing], now: datetime) -> list[Outgoing]:
    """Reserve what each costs, in order, as far as the campaign's budget goes."""
    campaigns = {outgoing.message.campaign_id: outgoing.message.campaign for outgoing in group}
    BudgetState.objects.bulk_create([BudgetState(campaign_id=pk) for pk in campaigns], ignore_conflicts=True)
    states = BudgetState.objects.filter(campaign_id__in=campaigns).order_by("campaign_id").select_for_update()
    left: list[Outgoing] = []
    limits = dict(Campaign.objects.filter(pk__in=campaigns).values_list("pk", "budget"))
    for state in states:
        for outgoing in (one for one in group if one.message.campaign_id == state.campaign_id):
            # A retry has its reservation already.
            more = outgoing.cost - outgoing.message.cost
            budget = limits[state.campaign_id]
            if budget is not None and state.reserved + state.spent + more > budget:
                marked.held.append((outgoing.message, HoldReason.OVER_BUDGET, now + LATER))
                continue
            state.reserved += more
            ledger.charge(outgoing.message, outgoing.cost)
            left.append(outgoing)
        state.save(update_fields=["reserved"])
    return left


def _write_attempts(pieces: Sequence[Piece], now: datetime) -> set[int]:
    """Write the attempts of `pieces`; gives the ids of those that may be sent."""
    repeats = [piece.attempt.pk for piece in pieces if piece.is_repeat]
    if repeats:
        Attempt.objects.filter(pk__in=repeats).update(status=AttemptStatus.SENDING, sending_at=now)
    # A row that breaks a unique index is left out: the address has a live attempt for this step.
    fresh = [piece.attempt for piece in pieces if not piece.is_repeat]
    return {*repeats, *insert_rows(Attempt, fresh, is_once=True)}


def _mark(ledger: Ledger, outgoing: Outgoing, lease_until: datetime) -> None:
    message = outgoing.message
    ledger.change(
        message,
        status=MessageStatus.SENDING,
        sending_at=ledger.now,
        decide_at=ledger.now + message.step.timeout,
        first_attempt_at=message.first_attempt_at or ledger.now,
        tries=message.tries + 1,
        parts=outgoing.parts,
        lease_until=lease_until,
    )
