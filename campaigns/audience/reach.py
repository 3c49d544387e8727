"""Who can be reached on which channel, as a condition of a query over contacts.

It says the same as campaigns/eligibility.py says of loaded contacts; the tests hold them together.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.models import Address, Consent, Purpose, Suppression
from campaigns.models.consent import ConsentStatus
from channels import kinds
from channels.kinds import AddressKind


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
