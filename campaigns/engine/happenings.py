"""Writes events into the append-only table: the same one told twice is written once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import Enrolment, Message

# The unique key (message_created_at, message, dedupe_key) says which are new.
INSERT = """
INSERT INTO campaigns_event (message_created_at, campaign_id, enrolment_id, message_id, attempt_id, link_id,
    inbound_request_id, type, dedupe_key, occurred_at, recorded_at, is_machine, machine_rule, details)
SELECT message_created_at, campaign_id, enrolment_id, message_id, attempt_id, link_id,
    inbound_request_id, type, dedupe_key, occurred_at, recorded_at, is_machine, machine_rule, details
FROM jsonb_to_recordset(%s) AS x(message_created_at timestamptz, campaign_id bigint, enrolment_id bigint,
    message_id bigint, attempt_id bigint, link_id bigint, inbound_request_id bigint, type text, dedupe_key text,
    occurred_at timestamptz, recorded_at timestamptz, is_machine boolean, machine_rule text, details jsonb)
ON CONFLICT DO NOTHING
RETURNING enrolment_id, message_id, dedupe_key
"""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event that is known to belong to an enrolment, and mostly to one of its messages.

    `message_id` is None for a goal before any message. `scope` of an opt-out is "channel" or
    "everything"; `retires_address` says that the address will never work.
    """

    type: str
    enrolment_id: int
    message_id: int | None
    dedupe_key: str
    occurred_at: datetime
    attempt_id: int | None = None
    link_id: int | None = None
    inbound_request_id: int | None = None
    is_machine: bool = False
    machine_rule: str = ""
    retires_address: bool = False
    error_class: str = ""
    code: str = ""
    detail: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[int, int | None, str]:
        """By which the same event is known again; before any message the enrolment takes the message's place."""
        key = self.dedupe_key if self.message_id else f"{self.enrolment_id}:{self.dedupe_key}"
        return self.enrolment_id, self.message_id, key[:64]


def write(
    happenings: Sequence[Happening],
    *,
    enrolments: Mapping[int, Enrolment],
    messages: Mapping[int, Message],
    now: datetime,
) -> list[Happening]:
    """Write `happenings` of locked enrolments and messages; gives those that were not known, in time's order."""
    rows = [_row(happening, enrolments, messages, now) for happening in happenings]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [json.dumps(rows)])
        fresh = set(cursor.fetchall())
    return sorted(_once(happenings, fresh), key=lambda happening: happening.occurred_at)


def _once(happenings: Iterable[Happening], fresh: set[tuple[int, int | None, str]]) -> Iterable[Happening]:
    for happening in happenings:
        if happening.identity in fresh:
            fresh.discard(happening.identity)
            yield happening


def _row(
    happening: Happening,
    enrolments: Mapping[int, Enrolment],
    messages: Mapping[int, Message],
    now: datetime,
) -> dict[str, Any]:
    enrolment = enrolments[happening.enrolment_id]
    message = messages[happening.message_id] if happening.message_id else None
    told = {"code": happening.code, "detail": happening.detail} if happening.code or happening.detail else {}
    return {
        "message_created_at": (message.created_at if message else enrolment.created_at).isoformat(),
        "campaign_id": enrolment.campaign_id,
        "enrolment_id": enrolment.pk,
        "message_id": happening.message_id,
        "attempt_id": happening.attempt_id,
        "link_id": happening.link_id,
        "inbound_request_id": happening.inbound_request_id,
        "type": happening.type,
        "dedupe_key": happening.identity[2],
        "occurred_at": happening.occurred_at.isoformat(),
        "recorded_at": now.isoformat(),
        "is_machine": happening.is_machine,
        "machine_rule": happening.machine_rule,
        "details": {**told, **happening.details},
    }
