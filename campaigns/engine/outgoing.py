"""From claimed messages to what goes over the wire: who can be reached, where, with which words, at what price."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db import connection

from campaigns.composing import Composition, compose, pick_content
from campaigns.eligibility import Reach, ReachableAddress, load_reach
from campaigns.engine.routes import Surroundings, load_surroundings, quiet_hours
from campaigns.engine.unanswered import is_recognised
from campaigns.engine.waking import quiet_until
from campaigns.links import new_token
from campaigns.models import Attempt, Content, HoldReason, Link, Message, SkipReason
from campaigns.models.consent import Purpose
from campaigns.models.messages import LIVE_ATTEMPT
from campaigns.personalise import contact_values
from campaigns.prices import PriceList, load_prices
from channels import kinds, sms_text
from channels.kinds import Channel
from channels.messages import OutboundMessage
from channels.models import Price, Sender

Part = TypeVar("Part", Content, Link)
# Links carry the attempt's id, so it is known before the row is written.
IDS_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One attempt, not yet written, and what it sends."""

    attempt: Attempt
    address: ReachableAddress
    outbound: OutboundMessage
    # It repeats an attempt that a dead worker left, under the same key.
    is_repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A claimed message that may leave, with a piece for each address; `cost` in the reporting currency."""

    message: Message
    pieces: Sequence[Piece]
    parts: int
    cost: Decimal


@dataclass(kw_only=True)
class Prepared:
    """What became of a claimed batch."""

    outgoing: list[Outgoing] = field(default_factory=list)
    skipped: list[tuple[Message, SkipReason]] = field(default_factory=list)
    held: list[tuple[Message, HoldReason, datetime]] = field(default_factory=list)
    # Sent once without an answer, and too long ago for the vendor to recognise it: unknown, never resent.
    lapsed: list[Message] = field(default_factory=list)
    # No text could be made of it: the message fails for its content.
    broken: list[tuple[Message, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Shelf:
    """Everything that the messages of one batch are made of."""

    sender: Sender
    surroundings: Surroundings
    contents: Mapping[int, list[Content]]
    links: Mapping[int, list[Link]]
    reach: Mapping[tuple[str, int], Reach]
    repeats: Mapping[tuple[int, str], Attempt]
    repeated: AbstractSet[int]
    attempt_ids: Iterator[int]
    prices: PriceList
    price_rows: Mapping[str, Price]


def prepare(sender: Sender, messages: Sequence[Message], now: datetime) -> Prepared:
    """Decide what each claimed message of `sender` becomes at `now`. Reads only; writes nothing."""
    shelf = _load(sender, messages)
    prepared = Prepared()
    for message in messages:
        if _has_lapsed(shelf, message, now):
            prepared.lapsed.append(message)
        else:
            _sort_one(shelf, prepared, message, now)
    return prepared


def _sort_one(shelf: _Shelf, prepared: Prepared, message: Message, now: datetime) -> None:
    campaign, contact = message.campaign, message.enrolment.contact
    reach = shelf.reach[campaign.purpose, contact.pk]
    if reach.skip_reason:
        prepared.skipped.append((message, reach.skip_reason))
        return
    if shelf.surroundings.capability(message.step) is None:
        prepared.skipped.append((message, SkipReason.UNSUPPORTED))
        return
    quiet = quiet_until(now, quiet_hours(campaign), shelf.surroundings.zone_of(contact))
    if quiet:
        prepared.held.append((message, HoldReason.QUIET_HOURS, quiet))
        return
    try:
        prepared.outgoing.append(_outgoing(shelf, message, reach.addresses, now))
    except (LookupError, ValueError) as error:
        prepared.broken.append((message, str(error)))


def _has_lapsed(shelf: _Shelf, message: Message, now: datetime) -> bool:
    able = shelf.surroundings.capability(message.step)
    is_repeat = message.pk in shelf.repeated
    return is_repeat and not is_recognised(able.deduplicates_for if able else None, message.first_attempt_at, now)


def _outgoing(
    shelf: _Shelf,
    message: Message,
    addresses: Iterable[ReachableAddress],
    now: datetime,
) -> Outgoing:
    pieces = [_piece(shelf, message, address, now) for address in addresses]
    parts = max((piece.attempt.parts for piece in pieces), default=1)
    price = shelf.prices.of(shelf.sender, message.enrolment.contact.country) or Decimal(0)
    return Outgoing(
        message=message,
        pieces=pieces,
        parts=parts,
        cost=price * sum(p.attempt.parts for p in pieces),
    )


def _piece(shelf: _Shelf, message: Message, address: ReachableAddress, now: datetime) -> Piece:
    repeated = shelf.repeats.get((message.pk, address.hash))
    attempt = repeated or _new_attempt(shelf, message, address, now)
    outbound = compose(_composition(shelf, message, address, attempt))
    is_sms = kinds.facts(message.channel).has_parts
    attempt.parts = sms_text.count_parts(outbound.text) if is_sms else 1
    return Piece(
        attempt=attempt,
        address=address,
        outbound=outbound,
        is_repeat=repeated is not None,
    )


def _new_attempt(shelf: _Shelf, message: Message, address: ReachableAddress, now: datetime) -> Attempt:
    price = shelf.price_rows.get(message.enrolment.contact.country) or shelf.price_rows.get("")
    return Attempt(
        pk=next(shelf.attempt_ids),
        message=message,
        campaign=message.campaign,
        step=message.step,
        account=shelf.sender.account,
        sender=shelf.sender,
        address_id=address.id,
        address_hash=address.hash,
        entry_key=message.enrolment.entry_key,
        key=uuid.uuid4(),
        token=new_token() if shelf.links[message.enrolment.version_id] else None,
        created_at=now,
        sending_at=now,
        price=price.amount if price else None,
        currency=price.currency if price else "",
        rate=price.rate if price else Decimal(1),
    )


def _composition(shelf: _Shelf, message: Message, address: ReachableAddress, attempt: Attempt) -> Composition:
    enrolment, contact = message.enrolment, message.enrolment.contact
    capability = shelf.surroundings.capability(message.step)
    longest = capability.max_validity if capability else None
    language = contact.language or enrolment.language
    return Composition(
        key=attempt.key.hex,
        channel=Channel(message.channel),
        sender=shelf.sender.identity,
        sender_settings=shelf.sender.settings,
        address=address.value,
        content=pick_content(shelf.contents[enrolment.version_id], message.channel, language),
        links=shelf.links[enrolment.version_id],
        values=contact_values(contact, data=enrolment.data),
        token=attempt.token,
        attempt_id=attempt.pk,
        is_trackable=contact.is_trackable,
        is_transactional=message.campaign.purpose == Purpose.TRANSACTIONAL,
        language=language,
        # No longer than the decision window, or two channels reach the person.
        has_buttons=capability.has_buttons if capability else None,
        has_images=capability.has_images if capability else None,
        validity=min(message.step.timeout, longest) if longest else None,
    )


def _load(sender: Sender, messages: Sequence[Message]) -> _Shelf:
    versions = {message.enrolment.version_id for message in messages}
    repeats = list(Attempt.objects.filter(LIVE_ATTEMPT, message_id__any=[message.pk for message in messages]))
    return _Shelf(
        sender=sender,
        surroundings=load_surroundings(
            campaign_ids={message.campaign_id for message in messages},
            route_ids={message.enrolment.route_id for message in messages},
        ),
        contents=_by_version(Content.objects.filter(version_id__in=versions), versions),
        links=_by_version(Link.objects.filter(version_id__in=versions).order_by("position"), versions),
        reach=_reach(sender, messages),
        repeats={(attempt.message_id, attempt.address_hash): attempt for attempt in repeats},
        repeated={attempt.message_id for attempt in repeats},
        attempt_ids=_attempt_ids(),
        prices=load_prices([sender]),
        price_rows={row.country: row for row in Price.objects.filter(account=sender.account, channel=sender.channel)},
    )


def _by_version(rows: Iterable[Part], versions: Iterable[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {version: [] for version in versions}
    for row in rows:
        found[row.version_id].append(row)
    return found


def _reach(sender: Sender, messages: Sequence[Message]) -> dict[tuple[str, int], Reach]:
    contacts: dict[str, set[int]] = defaultdict(set)
    for message in messages:
        contacts[message.campaign.purpose].add(message.enrolment.contact_id)
    return {
        (purpose, contact_id): reach
        for purpose, ids in contacts.items()
        for (contact_id, _), reach in load_reach(sorted(ids), [sender.channel], purpose).items()
    }


def _attempt_ids() -> Iterator[int]:
    """Ids of attempts that nobody else gets, asked for in hundreds as they are needed."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('campaigns_attempt', 'id')) FROM generate_series(1, %s)",
                [IDS_AT_ONCE],
            )
            rows = cursor.fetchall()
        yield from (row[0] for row in rows)
