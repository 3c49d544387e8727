"""From claimed messages to what goes over the wire: who can be reached, where, with which words, at what price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from campaigns.composing import Composition, compose
from campaigns.eligibility import ReachableAddress, load_addresses
from campaigns.engine.attempt_keys import new_key
from campaigns.engine.claimed import Claimed
from campaigns.engine.routes import quiet_hours
from campaigns.engine.shelf import Shelf, UnitPrice
from campaigns.engine.unanswered import is_recognised
from campaigns.engine.waking import quiet_until
from campaigns.links import new_token
from campaigns.models import Attempt, HoldReason, SkipReason
from campaigns.models.messages import LIVE_ATTEMPT
from campaigns.personalise import contact_values
from channels import sms_text
from channels.kinds import FACTS
from channels.messages import OutboundMessage


@dataclass(slots=True, kw_only=True, eq=False)
class Piece:
    """One attempt, not yet written, and what it sends; `price` is that of one part.

    With `is_repeat` it repeats an attempt that a dead worker left, under the same key.
    """

    attempt_id: int
    token: str | None
    message: Claimed
    address: ReachableAddress
    outbound: OutboundMessage
    parts: int
    price: UnitPrice
    is_repeat: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Outgoing:
    """A claimed message that may leave, with a piece for each address; `cost` in the reporting currency.

    `timeout` is that of its step, should nobody answer.
    """

    message: Claimed
    pieces: Sequence[Piece]
    parts: int
    cost: Decimal
    timeout: timedelta


@dataclass(kw_only=True)
class Prepared:
    """What became of a claimed batch."""

    outgoing: list[Outgoing] = field(default_factory=list)
    skipped: list[tuple[Claimed, SkipReason]] = field(default_factory=list)
    held: list[tuple[Claimed, HoldReason, datetime]] = field(default_factory=list)
    # Sent once without an answer, and too long ago for the vendor to recognise it: unknown, never resent.
    lapsed: list[Claimed] = field(default_factory=list)
    # No text could be made of it: the message fails for its content.
    broken: list[tuple[Claimed, str]] = field(default_factory=list)


# By message id and hash of the address: what was sent already, and may be repeated under its key only.
Repeats = dict[tuple[int, str], Attempt]


def prepare(shelf: Shelf, messages: Sequence[Claimed], now: datetime) -> Prepared:
    """Decide what each claimed message of the shelf's sender becomes at `now`. Reads only; writes nothing.

    Whether a person may be messaged is asked when the message is marked, and not here.
    """
    shelf.stock(messages)
    addresses = load_addresses([message.contact.pk for message in messages], shelf.sender.channel)
    repeats = _repeats(messages)
    repeated = {message_id for message_id, _ in repeats}
    prepared = Prepared()
    for message in messages:
        if message.pk in repeated and _has_lapsed(shelf, message, now):
            prepared.lapsed.append(message)
        elif message.contact.pk not in addresses:
            prepared.skipped.append((message, SkipReason.NO_ADDRESS))
        elif shelf.capability(message) is None:
            prepared.skipped.append((message, SkipReason.UNSUPPORTED))
        elif quiet := _quiet_until(shelf, message, now):
            prepared.held.append((message, HoldReason.QUIET_HOURS, quiet))
        else:
            try:
                prepared.outgoing.append(_outgoing(shelf, message, addresses[message.contact.pk], repeats))
            except (LookupError, ValueError) as error:
                prepared.broken.append((message, str(error)))
    return prepared


def _repeats(messages: Iterable[Claimed]) -> Repeats:
    tried = [message.pk for message in messages if message.tries]
    rows = Attempt.objects.filter(LIVE_ATTEMPT, message_id__any=tried) if tried else ()
    return {(attempt.message_id, attempt.address_hash): attempt for attempt in rows}


def _has_lapsed(shelf: Shelf, message: Claimed, now: datetime) -> bool:
    able = shelf.capability(message)
    return not is_recognised(able.deduplicates_for if able else None, message.first_attempt_at, now)


def _quiet_until(shelf: Shelf, message: Claimed, now: datetime) -> datetime | None:
    quiet = quiet_hours(message.campaign)
    return quiet_until(now, quiet, shelf.surroundings.zone_of(message.contact)) if quiet else None


def _outgoing(shelf: Shelf, message: Claimed, addresses: Iterable[ReachableAddress], repeats: Repeats) -> Outgoing:
    pieces = [_piece(shelf, message, address, repeats.get((message.pk, address.hash))) for address in addresses]
    parts = [piece.parts for piece in pieces]
    return Outgoing(
        message=message,
        pieces=pieces,
        parts=max(parts),
        cost=shelf.price(message.contact).amount * sum(parts),
        timeout=shelf.steps[message.step_id].timeout,
    )


def _piece(shelf: Shelf, message: Claimed, address: ReachableAddress, repeated: Attempt | None) -> Piece:
    name = _Name(repeated.pk, repeated.key.hex, repeated.token) if repeated else _new_name(shelf, message)
    outbound = compose(_composition(shelf, message, address, name))
    return Piece(
        attempt_id=name.attempt_id,
        token=name.token,
        message=message,
        address=address,
        outbound=outbound,
        parts=sms_text.count_parts(outbound.text) if FACTS[outbound.channel].has_parts else 1,
        price=shelf.price(message.contact),
        is_repeat=repeated is not None,
    )


class _Name(NamedTuple):
    """How an attempt is known: to us, to the vendor, and in the links of the message."""

    attempt_id: int
    key: str
    token: str | None


def _new_name(shelf: Shelf, message: Claimed) -> _Name:
    has_links = bool(shelf.links[message.place.version_id])
    return _Name(shelf.attempt_id(), new_key(), new_token() if has_links else None)


def _composition(shelf: Shelf, message: Claimed, address: ReachableAddress, name: _Name) -> Composition:
    contact, place = message.contact, message.place
    language = contact.language or place.language
    manner = shelf.manner(message, language)
    return Composition(
        key=name.key,
        token=name.token,
        attempt_id=name.attempt_id,
        channel=manner.channel,
        sender=shelf.sender.identity,
        sender_settings=shelf.sender.settings,
        address=address.value,
        content=manner.content,
        links=shelf.links[place.version_id],
        values=contact_values(contact, data=message.data),
        is_trackable=contact.is_trackable,
        is_transactional=message.campaign.is_urgent,
        language=language,
        has_buttons=manner.has_buttons,
        has_images=manner.has_images,
        validity=manner.validity,
    )
