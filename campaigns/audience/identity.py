"""Whom a row of a contact file is about: the external id decides, else the phone number, else the email address."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.id_lists import among
from campaigns.models import Address, Contact, ImportedContact
from channels.kinds import AddressKind

# Any number that nothing else of the product uses: whoever makes contacts out of addresses holds this lock.
_IDENTITIES = 7_236_001
COLUMNS = (
    "id",
    "external_id",
    "first_name",
    "last_name",
    "birth_date",
    "language",
    "country",
    "time_zone",
    "preferences",
    "attributes",
)


@dataclass(slots=True)
class KnownAddress:
    """An address that a contact has; without an id where the same batch makes it."""

    id: int | None
    is_primary: bool


@dataclass(slots=True, eq=False)
class KnownContact:
    """A contact that exists, or that an earlier row of the same batch makes.

    `columns` are its values by name; `row_number` is the row of this file that named it, None if none did.
    """

    id: int
    columns: dict[str, Any]
    is_new: bool = False
    row_number: int | None = None
    addresses: dict[tuple[str, str], KnownAddress] = field(default_factory=dict)

    @property
    def external_id(self) -> str | None:
        """The contact's id in the uploader's own system."""
        found: str | None = self.columns.get("external_id")
        return found

    @property
    def label(self) -> str:
        """How a sentence names the contact."""
        name = f"{self.columns.get('first_name', '')} {self.columns.get('last_name', '')}".strip()
        address = next((value for _kind, value in self.addresses), "")
        known = [part for part in (name, self.external_id, address) if part]
        where = [_("row %(row)s") % {"row": self.row_number}] if self.is_new else []
        first, *rest = [*known, *where] or [str(self.id)]
        return f"{first} ({', '.join(rest)})" if rest else first


def new_contact(id: int) -> KnownContact:  # noqa: A002  as the field is called
    """A contact that is not there yet, with the primary key that it will have, of whom nothing is known."""
    empty: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    empty |= {"id": id, "external_id": None, "birth_date": None, "preferences": [], "attributes": {}}
    return KnownContact(id, empty, is_new=True)


class People:
    """The contacts that the rows of one batch may be about, and those that its rows make."""

    def __init__(self, contacts: Iterable[KnownContact]) -> None:
        self._by_external_id: dict[str, KnownContact] = {}
        self._by_address: dict[tuple[str, str], list[KnownContact]] = {}
        for contact in contacts:
            self.know(contact)

    def know(self, contact: KnownContact) -> None:
        """Find `contact` from now on by its external id and addresses; repeat it when these change."""
        if contact.external_id:
            self._by_external_id[contact.external_id] = contact
        for key in contact.addresses:
            owners = self._by_address.setdefault(key, [])
            if contact not in owners:
                owners.append(contact)

    def find(self, draft: ContactDraft) -> KnownContact | None:
        """The contact that `draft` is about; None for a new one. Raises RowRejected where it is about two."""
        by_phone = self._owners(AddressKind.PHONE, draft.phone)
        by_email = self._owners(AddressKind.EMAIL, draft.email)
        both = [contact for contact in by_phone if contact in by_email]
        if by_phone and by_email and not both:
            raise RowRejected(
                _("The phone number belongs to %(first)s, the email address to %(second)s.")
                % {"first": by_phone[0].label, "second": by_email[0].label}
            )
        owners = both or by_phone or by_email
        if draft.external_id:
            return self._named(draft.external_id, owners)
        if len(owners) > 1:
            raise RowRejected(
                _("The row fits two contacts, %(first)s and %(second)s, and has nothing to tell which.")
                % {"first": owners[0].label, "second": owners[1].label}
            )
        return owners[0] if owners else None

    def _named(self, external_id: str, owners: list[KnownContact]) -> KnownContact | None:
        """The contact of `external_id`. Owners of the address with another id are other people who share it."""
        named = self._by_external_id.get(external_id)
        nameless = [contact for contact in owners if not contact.external_id]
        if named and nameless:
            raise RowRejected(
                _("The id belongs to %(first)s, the address to %(second)s.")
                % {"first": named.label, "second": nameless[0].label}
            )
        return named or (nameless[0] if nameless else None)

    def _owners(self, kind: AddressKind, value: str) -> list[KnownContact]:
        """Who has the address as a main one, or else who has it at all: numbers are given to others in time."""
        key = (kind.value, value)
        owners = self._by_address.get(key, []) if value else []
        main = [contact for contact in owners if contact.addresses[key].is_primary]
        return main or owners


def hold_identities() -> None:
    """Wait for, and until the transaction's end keep off, everybody else who makes contacts out of addresses.

    An address is not unique, because two people may share one, so the database alone would not stop
    two imports from making the same person twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IDENTITIES])


def people_of(drafts: Sequence[ContactDraft], *, import_id: int) -> People:
    """Everybody whom `drafts` may be about, locked until the transaction's end in the order of ids."""
    ids = _ids_of(drafts)
    rows = (
        Contact.objects.present().filter(pk__in=among(ids)).order_by("pk").select_for_update(of=("self",), no_key=True)
    )
    contacts = {row["id"]: KnownContact(id=row["id"], columns=row) for row in rows.values(*COLUMNS)}
    addresses = Address.objects.filter(contact_id__in=among(contacts)).order_by("-is_primary", "pk")
    for contact_id, kind, value, pk, is_primary in addresses.values_list(
        "contact_id", "kind", "value", "pk", "is_primary"
    ):
        contacts[contact_id].addresses[kind, value] = KnownAddress(id=pk, is_primary=is_primary)
    named = ImportedContact.objects.filter(contact_import_id=import_id, contact_id__in=among(contacts))
    for contact_id, row_number in named.values_list("contact_id", "row_number"):
        contacts[contact_id].row_number = row_number
    return People(contacts.values())


def _ids_of(drafts: Sequence[ContactDraft]) -> Collection[int]:
    external_ids = [draft.external_id for draft in drafts if draft.external_id]
    phones = [draft.phone for draft in drafts if draft.phone]
    emails = [draft.email for draft in drafts if draft.email]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM campaigns_contact WHERE external_id = ANY(%s)"
            " UNION SELECT contact_id FROM campaigns_address WHERE kind = %s AND value = ANY(%s)"
            " UNION SELECT contact_id FROM campaigns_address WHERE kind = %s AND value = ANY(%s)",
            [external_ids, AddressKind.PHONE.value, phones, AddressKind.EMAIL.value, emails],
        )
        return [row[0] for row in cursor.fetchall()]
