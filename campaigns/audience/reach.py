"""Who can be reached on which channel, as a condition of a query over contacts.

It says the same as campaigns/eligibility.py says of loaded contacts; the tests hold them together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from campaigns.models import Address, Consent, Contact, Purpose, Suppression
from campaigns.models.consent import ConsentStatus
from channels import kinds
from channels.kinds import AddressKind, Channel


def reachable_q(channel: str, purpose: str) -> Q:
    """A condition over Contact: an address for `channel` is there, not suppressed, and consent allows `purpose`.

    Raises ValueError for an unknown channel.
    """
    return Q(Exists(_usable_addresses(channel, purpose))) & _consents(channel, purpose)


def _usable_addresses(channel: str, purpose: str) -> QuerySet[Address]:
    kind = kinds.facts(channel).address_kind
    addresses = Address.objects.filter(contact=OuterRef("pk"), kind=kind, is_live=True)
    if kind != AddressKind.PUSH_TOKEN:
        addresses = addresses.filter(is_primary=True)
    suppressions = Suppression.objects.active().filter(
        address_hash=OuterRef("value_hash"), address_kind=kind, channel__in=["", channel]
    )
    if purpose == Purpose.TRANSACTIONAL:
        suppressions = suppressions.exclude(reason=Suppression.Reason.UNSUBSCRIBE)
    return addresses.filter(~Exists(suppressions))


def _consents(channel: str, purpose: str) -> Q:
    rows = Consent.objects.filter(contact=OuterRef("pk"), channel=channel, purpose=purpose)
    if purpose == Purpose.TRANSACTIONAL:
        return ~Q(Exists(rows.filter(status=ConsentStatus.WITHDRAWN)))
    return Q(Exists(rows.filter(status=ConsentStatus.GRANTED)))


@dataclass(frozen=True, kw_only=True)
class ReachCounts:
    """How many contacts could be messaged: on each channel (the most first), and on at least one."""

    by_channel: Mapping[Channel, int]
    anywhere: int


def count_reach(contacts: QuerySet[Contact], *, channels: Collection[str], purpose: str) -> ReachCounts:
    """How many of `contacts` could be messaged for `purpose` now on each of `channels`, in one pass.

    Each contact gets a number whose bits are the channels, and the numbers are counted. (In the filter of
    an aggregate PostgreSQL looks every contact up one by one, which takes ten times as long.)
    """
    bits = {Channel(channel): 1 << position for position, channel in enumerate(dict.fromkeys(channels))}
    mask = reduce(add, (_bit(reachable_q(channel, purpose), bit) for channel, bit in bits.items()), Value(0))
    rows = contacts.order_by().annotate(mask=mask).values_list("mask").annotate(people=Count("pk"))
    people = {int(found): int(count) for found, count in rows} if bits else {}
    by_channel = {channel: sum(people[found] for found in people if found & bit) for channel, bit in bits.items()}
    return ReachCounts(
        by_channel=dict(sorted(by_channel.items(), key=lambda pair: -pair[1])),
        anywhere=sum(count for found, count in people.items() if found),
    )


def channels_agreed_to(purpose: str) -> list[Channel]:
    """The channels that at least one contact agreed to."""
    agreed = Consent.objects.filter(purpose=purpose, status=ConsentStatus.GRANTED)
    return [channel for channel in Channel if agreed.filter(channel=channel).exists()]


def _bit(condition: Q, bit: int) -> Case:
    return Case(When(condition, then=Value(bit)), default=Value(0))
