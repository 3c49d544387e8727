"""Brings the sample's customers in: by imports like anybody's, then what a shop learns of its customers later."""

import io
from collections.abc import Iterable
from datetime import datetime

from campaigns.audience import importing, uploads
from campaigns.audience.import_choices import ImportChoices
from campaigns.engine.suppressing import suppress
from campaigns.models import Address, Contact, Suppression, User
from campaigns.sample.contact_files import ContactFile, make_files
from campaigns.sample.people import Person, make_people
from channels.kinds import AddressKind, Channel

# Every so many-th customer: whose opens and clicks must not be recorded, whose mail bounced, who complained.
UNTRACKED_EVERY = 25
BOUNCED_EVERY = 57
COMPLAINED_EVERY = 131


def load_contacts(*, by: User, now: datetime) -> None:
    """Import all customers, with what they agreed to, and record who may not be tracked or messaged."""
    people = make_people(today=now.date())
    for file in make_files(people):
        import_file(file, by=by)
    untracked = _ids(people[::UNTRACKED_EVERY])
    Contact.objects.filter(external_id__in=untracked).update(is_trackable=False)
    _suppress(
        people[::BOUNCED_EVERY],
        kind=AddressKind.EMAIL,
        reason=Suppression.Reason.HARD_BOUNCE,
        note="550 5.1.1 mailbox unavailable",
        at=now,
    )
    _suppress(
        people[::COMPLAINED_EVERY],
        kind=AddressKind.PHONE,
        reason=Suppression.Reason.MANUAL,
        note="Asked us by letter not to be contacted",
        at=now,
    )


def import_file(file: ContactFile, *, by: User) -> None:
    """Import `file` as a person would who uploads it and maps its columns."""
    contact_import = uploads.upload(file=io.BytesIO(file.content), name=file.name, by=by)
    choices = ImportChoices(columns=file.columns, country=file.country, consent=file.consent)
    uploads.start(contact_import, choices=choices, by=by)
    importing.run(contact_import.pk)


def _suppress(
    people: Iterable[Person], *, kind: AddressKind, reason: Suppression.Reason, note: str, at: datetime
) -> None:
    """Suppress the address of `kind` that each of `people` has: a mail address as such, a number on every channel."""
    addresses = Address.objects.filter(contact__external_id__in=_ids(people), kind=kind)
    channel = Channel.EMAIL.value if kind == AddressKind.EMAIL else ""
    for value_hash in addresses.values_list("value_hash", flat=True):
        suppress(kind=kind, address_hash=value_hash, channel=channel, reason=reason, at=at, note=note)


def _ids(people: Iterable[Person]) -> list[str]:
    return [person.customer_id for person in people]
