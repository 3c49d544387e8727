"""What a colleague changes on a person's page: their particulars and their addresses."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from campaigns.audience.addresses import address_hash, normalise
from campaigns.models import Address, AuditEntry, Contact, User
from channels.kinds import AddressKind


class AlreadyThere(Exception):
    """The contact has this address already."""


@transaction.atomic
def change_contact(*, contact: Contact, changed: Collection[str], by: User) -> None:
    """Save the fields named in `changed`, which `contact` holds already. What they held is not kept."""
    if changed:
        contact.save(update_fields=[*changed, "updated_at"])
        _note(contact, by=by, verb="change", fields=sorted(changed))


@transaction.atomic
def add_address(*, contact: Contact, kind: str, value: str, country: str, is_primary: bool, by: User) -> Address:
    """Give `contact` an address as a person typed it; the first of its kind is the main one in any case.

    `country` (ISO 3166) reads phone numbers without a country code. Raises ValueError with a sentence
    for one that cannot be read, and AlreadyThere.
    """
    written = normalise(kind, value, country)
    _lock(contact)
    others = contact.addresses.filter(kind=kind)
    if others.filter(value=written, is_live=True).exists():
        raise AlreadyThere
    is_main = kind == AddressKind.PUSH_TOKEN or is_primary or not others.filter(is_primary=True).exists()
    if is_main and kind != AddressKind.PUSH_TOKEN:
        others.update(is_primary=False)
    fields = {"value_hash": address_hash(kind, written), "is_primary": is_main, "is_live": True}
    address, _is_new = Address.objects.update_or_create(contact=contact, kind=kind, value=written, defaults=fields)
    _touch(contact)
    _note(contact, by=by, verb="add_address", address_kind=kind)
    return address


@transaction.atomic
def remove_address(*, address: Address, by: User) -> None:
    """Take an address away; where it was the main one, the oldest of its kind takes its place. Suppressions stay."""
    contact = address.contact
    _lock(contact)
    address.delete()
    others = contact.addresses.filter(kind=address.kind)
    heir = others.order_by("id").first()
    if heir and not others.filter(is_primary=True).exists():
        others.filter(pk=heir.pk).update(is_primary=True)
    _touch(contact)
    _note(contact, by=by, verb="remove_address", address_kind=address.kind)


@transaction.atomic
def make_primary(*, address: Address, by: User) -> None:
    """Make `address` the main one of its kind: the one that is messaged."""
    contact = address.contact
    _lock(contact)
    contact.addresses.filter(kind=address.kind).update(is_primary=False)
    contact.addresses.filter(pk=address.pk).update(is_primary=True)
    _touch(contact)
    _note(contact, by=by, verb="make_primary", address_kind=address.kind)


def _lock(contact: Contact) -> None:
    """One change of a contact's addresses at a time, or two might make each a main one."""
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)


def _touch(contact: Contact) -> None:
    Contact.objects.filter(pk=contact.pk).update(updated_at=timezone.now())


def _note(contact: Contact, *, by: User, verb: str, **details: object) -> None:
    """Told by kind and field only: an audit that outlives the contact must not hold what was deleted."""
    AuditEntry.objects.create(actor=by, verb=verb, subject_kind="contact", subject_id=contact.pk, details=details)
