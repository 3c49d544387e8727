"""A message in a worker's hands: plain values, because building models of three tables took most of the time."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from campaigns.engine.deltas import Place
from campaigns.engine.terms import Terms
from channels.rows import array, run

NOTHING: Mapping[str, Any] = {}

# A contact `p`, as `recipient` reads it.
RECIPIENT = """p.id, p.first_name, p.last_name, p.birth_date, p.language, p.country, p.time_zone, p.external_id,
    p.attributes, p.is_trackable"""

# What was held waits for its turn since now only: a gap in the ticks before it does not count.
_TAKE = """
WITH leased AS (
    INSERT INTO campaigns_lease (token, until, messages)
    VALUES (%(token)s, clock_timestamp() + %(lease)s, %(ids)s::bigint[])
)
UPDATE campaigns_message m SET status = 'claimed', claim_token = %(token)s, hold_reason = '',
    queued_at = CASE WHEN m.hold_reason = '' THEN m.queued_at ELSE %(now)s END
FROM campaigns_enrolment e, campaigns_contact p, campaigns_step s
WHERE m.id = ANY(%(ids)s::bigint[]) AND e.id = m.enrolment_id AND p.id = e.contact_id AND s.id = m.step_id
RETURNING m.campaign_id, e.version_id, s.key, e.route_id, e.variant, m.sender_id, e.language,
    m.id, m.enrolment_id, m.step_id, m.channel, m.fate = '', e.data, m.first_attempt_at, m.tries, m.cost,
    {recipient}
"""
TAKE = _TAKE.format(recipient=RECIPIENT)


@dataclass(slots=True, kw_only=True, eq=False)
class Recipient:
    """What sending, and whoever follows a link, reads of a contact."""

    pk: int
    first_name: str
    last_name: str
    birth_date: date | None
    language: str
    country: str
    time_zone: str
    external_id: str | None
    attributes: Mapping[str, Any]
    is_trackable: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Claimed:
    """A message that one worker alone may send, as it was when that worker claimed it.

    `place` is where its figures stand; `data` was told by the trigger; `cost` is in the reporting currency, and
    not 0 only for one that is sent again. One that is not current any more is counted among nobody who waits.
    """

    pk: int
    enrolment_id: int
    step_id: int
    campaign: Terms
    place: Place
    channel: str
    is_current: bool
    contact: Recipient
    data: Mapping[str, Any]
    first_attempt_at: datetime | None
    tries: int
    cost: Decimal


def take(
    ids: Sequence[int], *, token: uuid.UUID, lease: timedelta, now: datetime, campaigns: Mapping[int, Terms]
) -> list[Claimed]:
    """Give the locked, queued messages with `ids` `token` and a `lease`; `campaigns` are theirs, by id."""
    rows = run(TAKE, {"ids": array(ids), "token": token, "now": now, "lease": lease})
    return [_claimed(row, campaigns) for row in rows]


def _claimed(row: tuple[Any, ...], campaigns: Mapping[int, Terms]) -> Claimed:
    pk, enrolment_id, step_id, channel, is_current, data, first_attempt_at, tries, cost = row[7:16]
    return Claimed(
        pk=pk,
        enrolment_id=enrolment_id,
        step_id=step_id,
        campaign=campaigns[row[0]],
        place=Place._make(row[:7]),
        channel=channel,
        is_current=is_current,
        contact=recipient(row[16:]),
        data=_parsed(data),
        first_attempt_at=first_attempt_at,
        tries=tries,
        cost=cost,
    )


def recipient(row: Sequence[Any]) -> Recipient:
    """The person of a row of the columns RECIPIENT."""
    pk, first_name, last_name, birth_date, language, country, time_zone, external_id, attributes, is_trackable = row
    return Recipient(
        pk=pk,
        first_name=first_name,
        last_name=last_name,
        birth_date=birth_date,
        language=language,
        country=country,
        time_zone=time_zone,
        external_id=external_id,
        attributes=_parsed(attributes),
        is_trackable=is_trackable,
    )


def _parsed(written: str) -> Mapping[str, Any]:
    """An object that the database gave as text; most are empty."""
    parsed: Mapping[str, Any] = NOTHING if written == "{}" else json.loads(written)
    return parsed
