"""Writes events into the append-only table: the same one told twice is written once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from channels.rows import array, run, texts

# The unique key (message_created_at, message, dedupe_key) says which are new.
INSERT = """
INSERT INTO campaigns_event (message_created_at, campaign_id, enrolment_id, message_id, attempt_id, link_id,
    inbound_request_id, type, dedupe_key, occurred_at, recorded_at, is_machine, machine_rule, details)
SELECT message_created_at, campaign_id, enrolment_id, message_id, attempt_id, link_id,
    inbound_request_id, type, dedupe_key, occurred_at, %(now)s, is_machine, machine_rule, details::jsonb
FROM unnest(%(message_created_at)s::timestamptz[], %(campaign_id)s::bigint[], %(enrolment_id)s::bigint[],
    %(message_id)s::bigint[], %(attempt_id)s::bigint[], %(link_id)s::bigint[], %(inbound_request_id)s::bigint[],
    %(type)s::text[], %(dedupe_key)s::text[], %(occurred_at)s::timestamptz[], %(is_machine)s::boolean[],
    %(machine_rule)s::text[], %(details)s::text[])
AS x (message_created_at, campaign_id, enrolment_id, message_id, attempt_id, link_id, inbound_request_id, type,
    dedupe_key, occurred_at, is_machine, machine_rule, details)
ON CONFLICT DO NOTHING
RETURNING enrolment_id, message_id, dedupe_key
"""


class Enrolled(Protocol):
    """What an event takes over from its enrolment: a model, or what a worker read of one."""

    @property
    def campaign_id(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...


class Created(Protocol):
    """What an event takes over from its message."""

    @property
    def created_at(self) -> datetime: ...


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
    enrolments: Mapping[int, Enrolled],
    messages: Mapping[int, Created],
    now: datetime,
) -> list[Happening]:
    """Write `happenings` of locked enrolments and messages; gives those that were not known, in time's order."""
    created_at = [
        (messages[one.message_id] if one.message_id else enrolments[one.enrolment_id]).created_at for one in happenings
    ]
    columns = {
        "message_created_at": array(at.isoformat() for at in created_at),
        "campaign_id": array(enrolments[one.enrolment_id].campaign_id for one in happenings),
        "enrolment_id": array(one.enrolment_id for one in happenings),
        "message_id": array(one.message_id for one in happenings),
        "attempt_id": array(one.attempt_id for one in happenings),
        "link_id": array(one.link_id for one in happenings),
        "inbound_request_id": array(one.inbound_request_id for one in happenings),
        "type": texts(one.type for one in happenings),
        "dedupe_key": texts(one.identity[2] for one in happenings),
        "occurred_at": array(one.occurred_at.isoformat() for one in happenings),
        "is_machine": array(one.is_machine for one in happenings),
        "machine_rule": texts(one.machine_rule for one in happenings),
        "details": texts(_details(one) for one in happenings),
    }
    fresh = set(run(INSERT, {**columns, "now": now}))
    return sorted(_once(happenings, fresh), key=lambda happening: happening.occurred_at)


def _once(happenings: Iterable[Happening], fresh: set[tuple[Any, ...]]) -> Iterable[Happening]:
    for happening in happenings:
        if happening.identity in fresh:
            fresh.discard(happening.identity)
            yield happening


def _details(happening: Happening) -> str:
    told = {"code": happening.code, "detail": happening.detail} if happening.code or happening.detail else {}
    return json.dumps({**told, **happening.details})
