"""Finds the attempts that a vendor's events are about."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from campaigns.audience.addresses import address_hash, normalise
from campaigns.engine import clock
from campaigns.engine.happenings import Happening
from campaigns.models import Attempt, VendorReference
from channels import kinds
from channels.errors import ErrorClass
from channels.events import Event, EventType, RejectReason
from channels.models import Account
from channels.registry import provider_class
from channels.storable import vendor_id

# An address that refuses for one of these reasons will never work.
HOPELESS = frozenset({RejectReason.INVALID, RejectReason.BOUNCED})


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event with the account whose vendor told it, and the stored request it came in."""

    event: Event
    account: Account
    inbound_request_id: int


class Known(NamedTuple):
    """An attempt that events may be about."""

    pk: int
    message_id: int
    enrolment_id: int


KNOWN = ("pk", "message_id", "message__enrolment_id")


def match(told: Sequence[Told], *, now: datetime) -> tuple[list[Happening], list[Told]]:
    """The events of `told` that name a message we know, and those that do not (yet).

    By our own reference, else by the vendor's id on that account, else (a reply that names nothing) by
    the latest message that the account sent to the address. Few queries, however many events there are; those of
    which the reference is known ask for no id.
    """
    reading = clock.read()
    references = [reference_of(one.event) for one in told]
    by_key = _by_key(references)
    named = list(zip(told, references, strict=True))
    by_vendor_id = _by_vendor_id([one for one, reference in named if reference not in by_key])
    by_address = _by_address(told)
    found: list[Happening] = []
    unknown: list[Told] = []
    for one, reference in named:
        attempt = (
            by_key.get(reference)
            or by_vendor_id.get((one.account.pk, vendor_id(one.event.vendor_message_id)))
            or _latest(one, by_address)
        )
        if attempt:
            found.append(_happening(one, attempt, reading, now))
        else:
            unknown.append(one)
    return found, unknown


def reference_of(event: Event) -> uuid.UUID | None:
    """Our own key of the message that `event` names; None where it names none by it."""
    try:
        return uuid.UUID(event.reference)
    except ValueError:
        return None


def _by_key(keys: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, Known]:
    wanted = {key for key in keys if key}
    rows = Attempt.objects.filter(key__any=wanted).values_list("key", *KNOWN) if wanted else ()
    return {key: Known(*row) for key, *row in rows}


def _by_vendor_id(told: Sequence[Told]) -> dict[tuple[int, str], Known]:
    ids = {vendor_id(one.event.vendor_message_id) for one in told if one.event.vendor_message_id}
    if not ids:
        return {}
    accounts = {one.account.pk for one in told}
    rows = VendorReference.objects.filter(account_id__any=accounts, vendor_message_id__any=ids)
    named: dict[tuple[int, str], list[int]] = defaultdict(list)
    for account_id, known_id, attempt_id in rows.values_list("account_id", "vendor_message_id", "attempt_id"):
        named[account_id, known_id].append(attempt_id)
    # An id that stands for several attempts stands for none.
    clear = {name: attempt_ids[0] for name, attempt_ids in named.items() if len(attempt_ids) == 1}
    known = (Known(*row) for row in Attempt.objects.filter(pk__any=set(clear.values())).values_list(*KNOWN))
    attempts = {attempt.pk: attempt for attempt in known}
    return {name: attempts[attempt_id] for name, attempt_id in clear.items() if attempt_id in attempts}


def addressed_hashes(one: Told) -> list[str]:
    """The hashes of the address that an event names which names no message: one for each kind it can be of."""
    event = one.event
    if not event.address or event.vendor_message_id or event.reference:
        return []
    address_kinds = {kinds.facts(channel).address_kind for channel in provider_class(one.account.provider).channels}
    return [address_hash(kind, value) for kind in address_kinds if (value := _normalised(kind, event.address))]


class Sent(NamedTuple):
    """The attempt that an account sent to an address last, and when; of two at once the later id."""

    at: datetime
    pk: int
    known: Known


def _by_address(told: Iterable[Told]) -> dict[tuple[int, str], Sent]:
    """By account and the hash of an address: what was sent there last, for the events that name no message."""
    named = [(one.account.pk, known_hash) for one in told for known_hash in addressed_hashes(one)]
    if not named:
        return {}
    accounts, hashes = {account_id for account_id, _ in named}, {known_hash for _, known_hash in named}
    to_address = ("account_id", "live_hash")
    sent = Attempt.objects.filter(account_id__any=accounts, live_hash__any=hashes)
    latest = sent.order_by(*to_address, "-sending_at", "-id").distinct(*to_address)
    rows = latest.values_list(*to_address, "sending_at", *KNOWN)
    return {(account_id, live_hash): Sent(at, row[0], Known(*row)) for account_id, live_hash, at, *row in rows}


def _latest(one: Told, by_address: Mapping[tuple[int, str], Sent]) -> Known | None:
    if not by_address:
        return None
    sent = [by_address[name] for known in addressed_hashes(one) if (name := (one.account.pk, known)) in by_address]
    return max(sent).known if sent else None


def _normalised(kind: str, value: str) -> str:
    try:
        return normalise(kind, value, "")
    except ValueError:
        return ""


def _happening(one: Told, attempt: Known, reading: clock.Reading, now: datetime) -> Happening:
    event = one.event
    is_hopeless = event.type is EventType.BOUNCED and event.reject_reason in HOPELESS
    texts = {"text": event.text, "url": event.url, "reason": event.reject_reason or ""}
    return Happening(
        type=event.type,
        enrolment_id=attempt.enrolment_id,
        message_id=attempt.message_id,
        attempt_id=attempt.pk,
        dedupe_key=event.dedupe_key,
        occurred_at=min(reading.shown(event.occurred_at), now) if event.occurred_at else now,
        inbound_request_id=one.inbound_request_id,
        is_machine=event.is_machine,
        machine_rule="vendor" if event.is_machine else "",
        retires_address=is_hopeless or event.error_class is ErrorClass.RECIPIENT,
        error_class=event.error_class or "",
        code=event.code,
        detail=event.detail,
        details={name: value for name, value in texts.items() if value},
    )
