"""What a person's page shows, put together as frozen dataclasses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.timezone import localtime

from campaigns.eligibility import Reach, load_reach
from campaigns.models import Address, ConsentChange, Contact, ContactImport, Enrolment, Purpose, Suppression
from channels import kinds
from channels.kinds import Channel

MOST_CHANGES = 100


@dataclass(frozen=True, kw_only=True)
class AddressLine:
    """An address with what forbids to message it, and how many other contacts have it too."""

    address: Address
    suppressions: Sequence[Suppression]
    others: int


@dataclass(frozen=True, kw_only=True)
class ConsentCell:
    """What was said last about a channel for a purpose: a ConsentStatus value, or "" for nothing."""

    purpose: Purpose
    status: str


@dataclass(frozen=True, kw_only=True)
class ConsentLine:
    """A channel with its consents, and whether a marketing message could go there now."""

    channel: Channel
    cells: Sequence[ConsentCell]
    reach: Reach
    has_address: bool


@dataclass(frozen=True, kw_only=True)
class PersonPage:
    """A contact with all that belongs to it; of long lists the newest."""

    contact: Contact
    addresses: Sequence[AddressLine]
    consents: Sequence[ConsentLine]
    changes: Sequence[ConsentChange]
    contact_import: ContactImport | None
    campaign_count: int

    @property
    def local_time(self) -> time | None:
        """What the clock shows where they are; None where nobody knows where that is."""
        try:
            return localtime(timezone=ZoneInfo(self.contact.time_zone)).time() if self.contact.time_zone else None
        except (ZoneInfoNotFoundError, ValueError):
            return None

    @property
    def likely(self) -> Sequence[ConsentLine]:
        """The channels that the contact has an address for or has spoken about."""
        return [line for line in self.consents if line.has_address or any(cell.status for cell in line.cells)]

    @property
    def unlikely(self) -> Sequence[ConsentLine]:
        """The rest of the channels."""
        return [line for line in self.consents if line not in self.likely]


def load_person(contact: Contact) -> PersonPage:
    """Everything that the page of `contact` shows, in a number of queries that does not depend on it."""
    addresses = list(contact.addresses.order_by("kind", "-is_primary", "id"))
    imports = ContactImport.objects.select_related("created_by")
    return PersonPage(
        contact=contact,
        addresses=_address_lines(contact, addresses),
        consents=_consent_lines(contact, {address.kind for address in addresses}),
        changes=list(contact.consent_changes.order_by("-changed_at", "-id")[:MOST_CHANGES]),
        contact_import=imports.filter(pk=contact.contact_import_id).first() if contact.contact_import_id else None,
        campaign_count=Enrolment.objects.filter(contact=contact).count(),
    )


def _address_lines(contact: Contact, addresses: Sequence[Address]) -> list[AddressLine]:
    hashes = {address.value_hash for address in addresses}
    by_hash: dict[tuple[str, str], list[Suppression]] = defaultdict(list)
    for suppression in Suppression.objects.active().filter(address_hash__in=hashes).order_by("id"):
        by_hash[suppression.address_kind, suppression.address_hash].append(suppression)
    shared = _shared(contact, hashes)
    return [
        AddressLine(
            address=address,
            suppressions=by_hash[address.kind, address.value_hash],
            others=shared.get((address.kind, address.value), 0),
        )
        for address in addresses
    ]


def _shared(contact: Contact, hashes: set[str]) -> Mapping[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    others = Address.objects.filter(value_hash__in=hashes).exclude(contact=contact)
    for kind, value in others.values_list("kind", "value")[:1000]:
        counts[kind, value] += 1
    return counts


def _consent_lines(contact: Contact, address_kinds: set[str]) -> list[ConsentLine]:
    statuses = {(row.channel, row.purpose): row.status for row in contact.consents.all()}
    reach = load_reach([contact.pk], list(Channel), Purpose.MARKETING)
    return [
        ConsentLine(
            channel=channel,
            cells=[
                ConsentCell(purpose=purpose, status=statuses.get((channel.value, purpose.value), ""))
                for purpose in Purpose
            ],
            reach=reach[contact.pk, channel],
            has_address=kinds.facts(channel).address_kind in address_kinds,
        )
        for channel in Channel
    ]
