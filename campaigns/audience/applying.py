"""What a row changes about the contact it names, worked out before anything is written."""

from dataclasses import dataclass, field

from campaigns.audience.drafts import ContactDraft, DraftAddress
from campaigns.audience.identity import KnownAddress, KnownContact
from channels.kinds import AddressKind


@dataclass(slots=True)
class NewAddress:
    """An address to be added to a contact."""

    contact_id: int
    kind: str
    value: str
    is_primary: bool


@dataclass(slots=True)
class Changes:
    """What a batch of rows changes. Contacts are in the order of their rows, each once."""

    created: list[KnownContact] = field(default_factory=list)
    # Existing contacts whose own columns change.
    altered: list[KnownContact] = field(default_factory=list)
    # Existing contacts of whom anything changes, by id.
    touched: set[int] = field(default_factory=set)
    added: list[NewAddress] = field(default_factory=list)
    # Addresses, by id, that are the main one no longer, or now.
    demoted: list[int] = field(default_factory=list)
    promoted: list[int] = field(default_factory=list)


def apply(draft: ContactDraft, contact: KnownContact, changes: Changes) -> None:
    """Let `contact` be as `draft` says, and note in `changes` what that changes. Nothing is ever blanked."""
    is_altered = _set_columns(draft, contact)
    for address in draft.addresses:
        _set_address(address, contact, changes)
    if contact.is_new:
        changes.created.append(contact)
    elif is_altered:
        changes.altered.append(contact)
        changes.touched.add(contact.id)


def _set_columns(draft: ContactDraft, contact: KnownContact) -> bool:
    columns = contact.columns
    wanted = {name: value for name, value in draft.said.items() if columns.get(name) != value}
    wanted |= {name: value for name, value in draft.implied.items() if not (columns.get(name) or wanted.get(name))}
    attributes = {**columns.get("attributes", {}), **draft.attributes}
    if attributes != columns.get("attributes"):
        wanted["attributes"] = attributes
    columns.update(wanted)
    return bool(wanted)


def _set_address(address: DraftAddress, contact: KnownContact, changes: Changes) -> None:
    """Add the address, or make it the main one of its kind; the main one so far stays, as another one."""
    key = (address.kind.value, address.value)
    known = contact.addresses.get(key)
    if known and (known.is_primary or not address.is_primary):
        return
    if address.is_primary and address.kind != AddressKind.PUSH_TOKEN:
        _demote_main(address.kind, contact, changes)
    if known and known.id:
        changes.promoted.append(known.id)
        known.is_primary = True
    else:
        contact.addresses[key] = KnownAddress(id=None, is_primary=address.is_primary)
        changes.added.append(NewAddress(contact.id, *key, address.is_primary))
    if not contact.is_new:
        changes.touched.add(contact.id)


def _demote_main(kind: AddressKind, contact: KnownContact, changes: Changes) -> None:
    for (other_kind, _value), other in contact.addresses.items():
        if other_kind == kind.value and other.is_primary and other.id:
            changes.demoted.append(other.id)
            other.is_primary = False
