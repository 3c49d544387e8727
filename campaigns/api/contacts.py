"""The contact that a request is about: found by the import's rules of identity, or made."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from campaigns.api.errors import ApiError
from campaigns.api.schemas import ConsentIn, ContactIn, GoalContact
from campaigns.audience import cleaning
from campaigns.audience.addresses import address_hash, normalise
from campaigns.audience.applying import Changes, apply
from campaigns.audience.birth_dates import DateOrder, clean_birth_date
from campaigns.audience.copying import next_ids
from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.identity import KnownContact, hold_identities, people_of
from campaigns.audience.targets import RESERVED_ATTRIBUTES
from campaigns.models import Address, Consent, ConsentChange, Contact, Installation
from campaigns.models.consent import ConsentSource, ConsentStatus
from channels.kinds import AddressKind, Channel

# No file and no person has this id, so that nobody counts as named before.
_NO_IMPORT = 0


def draft_of(given: ContactIn | GoalContact) -> ContactDraft:
    """What `given` says about a person, cleaned as an import would. Raises ApiError at the field to blame."""
    said = {name: value for name, value in given.model_dump().items() if value}
    cleaners = _cleaners(said.get("country", ""))
    draft = ContactDraft(number=0, cells=[])
    for name, value in said.items():
        try:
            setattr(draft, name, cleaners[name](value) if name in cleaners else value)
        except ValueError as error:
            raise ApiError(422, "invalid", str(error), field=f"contact.{name}") from error
    if not (draft.external_id or draft.phone or draft.email):
        words = gettext("Name the person by external_id, phone or email.")
        raise ApiError(422, "invalid", words, field="contact")
    return draft


def find(draft: ContactDraft) -> KnownContact | None:
    """The contact that `draft` is about, locked; None for nobody. Raises ApiError (409) where it is about two."""
    try:
        return people_of([draft], import_id=_NO_IMPORT).find(draft)
    except RowRejected as error:
        raise ApiError(409, "two_contacts", str(error), field="contact") from error


def find_or_make(draft: ContactDraft, now: datetime) -> tuple[int, bool]:
    """The id of the contact that `draft` is about, as it says from now on, and whether they are new.

    Call it inside a transaction. Making or changing contacts waits for whoever else does (an import's
    chunk takes a second); somebody who is already as the draft says waits for nobody.
    """
    known_id = _as_said_already(draft)
    if known_id:
        return known_id, False
    hold_identities()
    changes = Changes()
    contact = find(draft) or _new(draft)
    apply(draft, contact, changes)
    _write(changes, now)
    return contact.id, contact.is_new


def grant(contact_id: int, consent: ConsentIn, now: datetime) -> list[Channel]:
    """Record that the contact agreed; gives the channels on which this is news.

    Somebody who said anything before, for or against, is left alone: only they can take it back.
    """
    granted = []
    for channel in sorted(set(consent.channels)):
        key = {"contact_id": contact_id, "channel": channel, "purpose": consent.purpose}
        status = ConsentStatus.GRANTED
        _row, is_new = Consent.objects.get_or_create(**key, defaults={"status": status, "changed_at": now})
        if is_new:
            ConsentChange.objects.create(
                **key, status=status, source=ConsentSource.API, evidence=consent.evidence, changed_at=now
            )
            granted.append(channel)
    return granted


def _cleaners(country: str) -> dict[str, Callable[[Any], Any]]:
    """How each field is read; phone numbers without a country code are numbers of `country`, or of the installation."""
    phones = cleaning.clean_country(country) if country else Installation.current().default_country
    return {
        **{kind.value: _address_cleaner(kind, phones) for kind in AddressKind},
        "language": cleaning.clean_language,
        "country": cleaning.clean_country,
        "time_zone": cleaning.clean_time_zone,
        "birth_date": lambda born: clean_birth_date(born.isoformat(), DateOrder.DAY_FIRST, timezone.localdate()),
        "attributes": _attributes,
    }


def _address_cleaner(kind: AddressKind, country: str) -> Callable[[str], str]:
    return lambda value: normalise(kind, value, country)


def _attributes(given: dict[str, str]) -> dict[str, str]:
    reserved = RESERVED_ATTRIBUTES.intersection(given)
    if reserved:
        raise ValueError(gettext("“%(name)s” is the name of a field, not of an attribute.") % {"name": min(reserved)})
    return {name: cleaning.clean_attribute(value) for name, value in given.items() if value}


def _as_said_already(draft: ContactDraft) -> int | None:
    """The contact's id, if nothing about them would change.

    The locks that finding takes are given back: holding them while waiting for `hold_identities` would
    make a circle with an import, which takes them the other way round.
    """
    changes = Changes()
    with transaction.atomic():
        contact = find(draft)
        if contact:
            apply(draft, contact, changes)
        transaction.set_rollback(True)
    return contact.id if contact and not changes.touched else None


def _new(draft: ContactDraft) -> KnownContact:
    if not draft.addresses:
        words = gettext("Nobody has this external_id yet. Give an address as well, and the contact is made.")
        raise ApiError(422, "unknown_contact", words, field="contact.external_id")
    empty: dict[str, Any] = {"external_id": None, "birth_date": None, "preferences": [], "attributes": {}}
    return KnownContact(next_ids(Contact, 1)[0], empty, is_new=True)


def _write(changes: Changes, now: datetime) -> None:
    for contact in changes.created:
        Contact.objects.create(id=contact.id, **contact.columns)
    for contact in changes.altered:
        Contact.objects.filter(pk=contact.id).update(**contact.columns)
    # In this order: a contact never has two main addresses of a kind.
    Address.objects.filter(pk__in=changes.demoted).update(is_primary=False)
    Address.objects.filter(pk__in=changes.promoted).update(is_primary=True)
    for new in changes.added:
        Address.objects.create(
            contact_id=new.contact_id,
            kind=new.kind,
            value=new.value,
            value_hash=address_hash(new.kind, new.value),
            is_primary=new.is_primary,
        )
    Contact.objects.filter(pk__in=changes.touched).update(updated_at=now)
