"""Marks messages as sending: the last look at everything that may forbid it, committed just before the wire."""

import uuid
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError, transaction

from campaigns.eligibility import REACHABLE_SQL, load_reach
from campaigns.engine import budget, leases
from campaigns.engine.budget import Commitments
from campaigns.engine.capping import over_cap
from campaigns.engine.claimed import Claimed
from campaigns.engine.counters import Counter
from campaigns.engine.deltas import Deltas
from campaigns.engine.outgoing import Outgoing, Piece
from campaigns.models import HoldReason, SkipReason
from campaigns.models.campaigns import Campaign
from channels.rows import array, run, texts

# An over-budget or capped message is looked at again then.
LATER = timedelta(hours=1)
# A request may end this much after its timeout and still be recorded by its own worker.
MARGIN = timedelta(seconds=30)

# What must hold of a row `m` that this worker has claimed; a stop that came first has withdrawn it.
STILL_MINE = "m.status = 'claimed' AND m.claim_token = %(token)s"

# What must hold of its enrolment `e`, its campaign `c` and its sender `s`.
MAY_LEAVE = """
e.outcome = '' AND c.status = 'running' AND c.held_at IS NULL AND s.held_at IS NULL
AND NOT EXISTS (
    SELECT FROM campaigns_downtimegap g
    WHERE g.ended_at - g.started_at > c.grace AND m.queued_at < g.ended_at
    AND g.ended_at > COALESCE(c.resumed_at, '-infinity') AND g.ended_at > COALESCE(s.released_at, '-infinity')
)
"""

LOCK = f"""
SELECT m.id FROM campaigns_message m
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
JOIN campaigns_campaign c ON c.id = m.campaign_id
JOIN channels_sender s ON s.id = m.sender_id
WHERE m.id = ANY(%(ids)s::bigint[]) AND {STILL_MINE} AND {MAY_LEAVE}
ORDER BY m.id FOR UPDATE OF m
"""  # noqa: S608  a constant of ours

# 1. The addresses that may be messaged now: consent and suppression are read here, not before; and what is stopped.
# 2. Their messages, locked in the order of their ids, and as far as they are still this worker's then.
# 3. The attempts.
# "(… IN …) IS TRUE" is looked up in a hash; a plain IN becomes a join, which the planner, who expects a row or two,
# makes by comparing each with each.
_MARK = f"""
WITH given AS (
    SELECT * FROM unnest(%(attempts)s::bigint[], %(messages)s::bigint[], %(addresses)s::bigint[], %(keys)s::uuid[],
        %(tokens)s::text[], %(parts)s::smallint[], %(prices)s::numeric[], %(currencies)s::text[], %(rates)s::numeric[],
        %(repeats)s::boolean[])
    AS g (attempt_id, message_id, address_id, key, token, parts, price, currency, rate, is_repeat)
), allowed AS (
    SELECT g.*, a.value_hash, m.campaign_id, m.step_id, m.sender_id, s.account_id, e.entry_key,
        ({MAY_LEAVE}) AS may_leave
    FROM given g
    JOIN campaigns_message m ON m.id = g.message_id
    JOIN campaigns_enrolment e ON e.id = m.enrolment_id
    JOIN campaigns_campaign c ON c.id = m.campaign_id
    JOIN channels_sender s ON s.id = m.sender_id
    JOIN campaigns_address a ON a.id = g.address_id
    WHERE {REACHABLE_SQL}
), locked AS MATERIALIZED (
    SELECT id FROM campaigns_message WHERE id = ANY(%(marked)s::bigint[]) ORDER BY id FOR UPDATE
), marked AS (
    UPDATE campaigns_message m SET status = 'sending', sending_at = %(now)s,
        decide_at = %(now)s + make_interval(secs => w.timeout_s),
        first_attempt_at = COALESCE(m.first_attempt_at, %(now)s), tries = m.tries + 1, parts = w.parts, cost = w.cost
    FROM unnest(%(marked)s::bigint[], %(most_parts)s::smallint[], %(costs)s::numeric[], %(timeouts)s::float8[])
    AS w (id, parts, cost, timeout_s)
    WHERE m.id = w.id AND (SELECT count(*) FROM locked) > 0
    AND (m.id IN (SELECT message_id FROM allowed WHERE may_leave)) IS TRUE AND {STILL_MINE}
    RETURNING m.id
), repeated AS (
    UPDATE campaigns_attempt t SET status = 'sending', sending_at = %(now)s
    FROM allowed
    WHERE allowed.is_repeat AND t.id = allowed.attempt_id AND (allowed.message_id IN (SELECT id FROM marked)) IS TRUE
    RETURNING t.id
), written AS (
    INSERT INTO campaigns_attempt (id, message_id, campaign_id, step_id, account_id, sender_id, address_id,
        address_hash, entry_key, key, token, status, created_at, sending_at, error_class, error_code, error_detail,
        parts, price, currency, rate)
    SELECT attempt_id, message_id, campaign_id, step_id, account_id, sender_id, address_id,
        value_hash, entry_key, key, token, 'sending', %(now)s, %(now)s, '', '', '',
        parts, price, currency, rate
    FROM allowed WHERE NOT is_repeat AND (message_id IN (SELECT id FROM marked)) IS TRUE ORDER BY attempt_id
    {{on_conflict}}
    RETURNING id
)
SELECT given.attempt_id, allowed.attempt_id IS NOT NULL, given.message_id IN (SELECT id FROM marked),
    given.attempt_id IN (SELECT id FROM repeated UNION ALL SELECT id FROM written)
FROM given LEFT JOIN allowed ON allowed.attempt_id = given.attempt_id
"""  # noqa: S608  a constant of ours

MARK = _MARK.format(on_conflict="")
# An attempt that breaks a unique index is left out: the address has a live one for this step. It costs a look-up in
# each index beforehand.
MARK_CAREFULLY = _MARK.format(on_conflict="ON CONFLICT DO NOTHING")

# Nothing of these may leave after all: claimed as before.
UNMARK = """
UPDATE campaigns_message m SET status = 'claimed', sending_at = NULL, decide_at = NULL, tries = m.tries - 1,
    first_attempt_at = CASE WHEN m.tries = 1 THEN NULL ELSE m.first_attempt_at END, cost = w.cost
FROM unnest(%s::bigint[], %s::numeric[]) AS w (id, cost) WHERE m.id = w.id
"""


@dataclass(kw_only=True)
class Marked:
    """What may go over the wire now; the rest is still claimed, for settling.py to write down."""

    pieces: list[Piece] = field(default_factory=list)
    skipped: list[tuple[Claimed, SkipReason]] = field(default_factory=list)
    held: list[tuple[Claimed, HoldReason, datetime]] = field(default_factory=list)
    # The frequency cap ends these enrolments.
    capped: list[Claimed] = field(default_factory=list)


def mark_sending(group: Sequence[Outgoing], *, token: uuid.UUID, now: datetime, request_timeout: timedelta) -> Marked:
    """Mark what may still leave of `group` as sending; committed before the first byte.

    1. Nothing leaves where the lease does not outlive a request (leases.keep).
    2. Where a cap or a budget counts: lock the rows, so that only what is still this worker's is counted.
    3. The frequency cap, at the enrolment's first send.
    4. Reserve the budget; what does not fit is held.
    5. In one statement: consent and suppression of each address, whether the messages are still claimed by this
       worker, whether anything has stopped, paused or held them; then messages and attempts. An address that the
       step has messaged already gets none.
    6. Counters.

    What may not leave now stays claimed and is named in the result, because ending an enrolment takes
    its lock, which comes before a message's.
    """
    work = _Work(token=token, now=now, request_timeout=request_timeout)
    try:
        return _mark(group, work, MARK)
    except IntegrityError:
        return _mark(group, work, MARK_CAREFULLY)


class _Work(NamedTuple):
    """Whose lease it is under, when (product time), and how long one request may take."""

    token: uuid.UUID
    now: datetime
    request_timeout: timedelta


@transaction.atomic
def _mark(group: Sequence[Outgoing], work: _Work, statement: str) -> Marked:
    token, now, request_timeout = work
    marked = Marked()
    if not leases.keep(token, needed=request_timeout, wanted=request_timeout + MARGIN):
        return marked
    budget.keep_open({outgoing.message.campaign.pk for outgoing in group})
    left = list(group)
    if _is_counted(group):
        ids = array(outgoing.message.pk for outgoing in group)
        locked = {row[0] for row in run(LOCK, {"ids": ids, "token": token})}
        left = [outgoing for outgoing in group if outgoing.message.pk in locked]
        left = _under_cap(marked, left, now)
        left = _within_budget(marked, left, now)
    gone = _write(marked, left, statement, {"token": token, "now": now})
    _count(gone, now)
    return marked


def _is_counted(group: Sequence[Outgoing]) -> bool:
    campaigns = {outgoing.message.campaign.pk: outgoing.message.campaign for outgoing in group}
    has_cap = any(campaign.cap_campaigns is not None for campaign in campaigns.values())
    return has_cap or budget.is_counted(campaigns)


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


def _write(marked: Marked, group: Sequence[Outgoing], statement: str, values: Mapping[str, object]) -> list[Outgoing]:
    """Write the attempts of `group` and their messages; gives those that are on their way."""
    pieces = [piece for outgoing in group for piece in outgoing.pieces]
    if not pieces:
        return []
    rows = run(statement, {**_columns(pieces), **_message_columns(group), **values})
    verdicts = {attempt_id: _Verdict(*verdict) for attempt_id, *verdict in rows}
    gone, useless = [], []
    for outgoing in group:
        found = [verdicts[piece.attempt_id] for piece in outgoing.pieces]
        if any(verdict.is_going for verdict in found):
            marked.pieces += [piece for piece in outgoing.pieces if verdicts[piece.attempt_id].is_going]
            gone.append(outgoing)
        elif any(verdict.is_marked for verdict in found):
            useless.append(outgoing)
            marked.skipped.append((outgoing.message, SkipReason.REPEATED_ADDRESS))
        elif not any(verdict.is_allowed for verdict in found):
            marked.skipped.append((outgoing.message, _why_unreachable(outgoing.message)))
    if useless:
        _unmark(useless)
    return gone


class _Verdict(NamedTuple):
    """Of a piece: may its address be messaged, is its message marked, and is it on its way itself?"""

    is_allowed: bool
    is_marked: bool
    is_going: bool


def _unmark(group: Sequence[Outgoing]) -> None:
    messages = [outgoing.message for outgoing in group]
    run(UNMARK, [array(message.pk for message in messages), array(message.cost for message in messages)])


def _columns(pieces: Sequence[Piece]) -> dict[str, object]:
    return {
        "attempts": array(piece.attempt_id for piece in pieces),
        "messages": array(piece.message.pk for piece in pieces),
        "addresses": array(piece.address.id for piece in pieces),
        "keys": array(piece.outbound.key for piece in pieces),
        "tokens": array(piece.token for piece in pieces),
        "parts": array(piece.parts for piece in pieces),
        "prices": array(piece.price.told for piece in pieces),
        "currencies": texts(piece.price.currency for piece in pieces),
        "rates": array(piece.price.rate for piece in pieces),
        "repeats": array(piece.is_repeat for piece in pieces),
    }


def _message_columns(group: Sequence[Outgoing]) -> dict[str, str]:
    return {
        "marked": array(outgoing.message.pk for outgoing in group),
        "most_parts": array(outgoing.parts for outgoing in group),
        "costs": array(outgoing.cost for outgoing in group),
        "timeouts": array(outgoing.timeout.total_seconds() for outgoing in group),
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
