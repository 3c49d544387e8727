"""Deleting a contact: the figures stay, the person goes."""

from django.db import transaction

from campaigns.engine import clock
from campaigns.engine.reasons import Reason
from campaigns.engine.stopping import end_enrolments
from campaigns.engine.suppressing import suppress
from campaigns.models import AuditEntry, Contact, Enrolment, Event, Message, Outcome, Purpose, Suppression, User
from campaigns.models.consent import ConsentStatus
from campaigns.testing.erasing import erase
from channels import kinds

_BLANK: dict[str, object] = {
    "external_id": None,
    "first_name": "",
    "last_name": "",
    "birth_date": None,
    "language": "",
    "country": "",
    "time_zone": "",
    "preferences": [],
    "attributes": {},
    "contact_import": None,
}


def open_enrolments(contact: Contact) -> int:
    """How many campaigns the contact is inside, which deleting would end."""
    return Enrolment.objects.open().filter(contact=contact).count()


def delete_contact(*, contact: Contact, actor: User | None) -> int:
    """Delete `contact` (DESIGN §3.12); gives how many open enrolments that ended. Repeated, it does nothing more.

    1. Open enrolments end as cancelled, and what has not left is withdrawn: in transactions of their
       own, because enrolments are locked before anything else.
    2. The contact is locked, so that nothing new can refer to it; if an enrolment was opened meanwhile,
       again from 1.
    3. A consent that was withdrawn becomes a suppression of the addresses it was about: an import that
       brings them back must not grant again what the person withdrew.
    4. Addresses, consents and their history go; the row, the data of its enrolments, and what its events and tests
       tell of the person (what they replied, their browser, their links) are blanked. Suppressions stay: they hold
       keyed hashes only.
    """
    ended = 0
    while True:
        ended += _end_enrolments(contact)
        with transaction.atomic():
            locked = Contact.objects.select_for_update().get(pk=contact.pk)
            if locked.deleted_at:
                return ended
            if not open_enrolments(locked):
                _erase(locked, actor=actor, ended=ended)
                return ended


def _end_enrolments(contact: Contact) -> int:
    ids = list(Enrolment.objects.open().filter(contact=contact).values_list("pk", flat=True))
    return end_enrolments(enrolment_ids=ids, outcome=Outcome.CANCELLED, reason=Reason.CONTACT_DELETED, at=clock.now())


def _erase(contact: Contact, *, actor: User | None, ended: int) -> None:
    _keep_withdrawals(contact)
    erase(contact=contact, hashes=list(contact.addresses.values_list("value_hash", flat=True)))
    contact.addresses.all().delete()
    contact.consents.all().delete()
    contact.consent_changes.all().delete()
    Enrolment.objects.filter(contact=contact).exclude(data={}).update(data={})
    _blank_events(contact)
    Contact.objects.filter(pk=contact.pk).update(**_BLANK, deleted_at=clock.now())
    AuditEntry.objects.create(
        actor=actor, verb="delete", subject_kind="contact", subject_id=contact.pk, details={"ended_enrolments": ended}
    )


def _blank_events(contact: Contact) -> None:
    messages = list(Message.objects.filter(enrolment__contact=contact).values_list("pk", "created_at"))
    # The instants are there for the partitions: without them each one is searched.
    told = Event.objects.filter(
        message_id__in=[pk for pk, _ in messages], message_created_at__in=[at for _, at in messages]
    )
    told.exclude(details={}).update(details={})


def _keep_withdrawals(contact: Contact) -> None:
    for consent in contact.consents.filter(status=ConsentStatus.WITHDRAWN):
        # Unsubscribing stops marketing only; who refused even transactional messages gets nothing.
        is_marketing = consent.purpose == Purpose.MARKETING
        reason = Suppression.Reason.UNSUBSCRIBE if is_marketing else Suppression.Reason.MANUAL
        for address in contact.addresses.filter(kind=kinds.facts(consent.channel).address_kind):
            suppress(
                kind=address.kind,
                address_hash=address.value_hash,
                channel=consent.channel,
                reason=reason,
                at=consent.changed_at,
            )
