"""What a colleague enters on a person's page about whether they may be messaged: consents and suppressions."""

from typing import Any

from django.db import transaction

from campaigns.engine import clock
from campaigns.models import Address, AuditEntry, Consent, ConsentChange, Contact, Suppression, User
from campaigns.models.consent import ConsentSource


@transaction.atomic
def change_consent(*, contact: Contact, channel: str, purpose: str, status: str, evidence: str, by: User) -> None:
    """Put a consent in force as a colleague was told it; `evidence` says how, and is kept in the history."""
    now = clock.now()
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    key: dict[str, Any] = {"contact": contact, "channel": channel, "purpose": purpose}
    Consent.objects.update_or_create(**key, defaults={"status": status, "changed_at": now})
    ConsentChange.objects.create(**key, status=status, source=ConsentSource.PAGE, evidence=evidence, changed_at=now)
    AuditEntry.objects.create(
        actor=by,
        verb="change_consent",
        subject_kind="contact",
        subject_id=contact.pk,
        details={"channel": channel, "purpose": purpose, "status": status},
    )


@transaction.atomic
def suppress_by_hand(*, address: Address, note: str, by: User) -> None:
    """Let `address` be messaged on no channel that uses its kind, whoever has it, until somebody lifts it."""
    suppression, is_new = Suppression.objects.active().get_or_create(
        address_kind=address.kind,
        address_hash=address.value_hash,
        channel="",
        defaults={"reason": Suppression.Reason.MANUAL, "note": note, "created_at": clock.now()},
    )
    if not is_new and suppression.reason == Suppression.Reason.UNSUBSCRIBE:
        # The weaker reason would let transactional messages through.
        Suppression.objects.filter(pk=suppression.pk).update(reason=Suppression.Reason.MANUAL, note=note)
    _note(suppression, by=by, verb="suppress", contact=address.contact_id)


@transaction.atomic
def lift_suppression(*, suppression: Suppression, note: str, by: User) -> None:
    """Allow the address again; `note` says why, and is kept in the audit. A lifted one stays lifted."""
    rows = Suppression.objects.active().filter(pk=suppression.pk)
    if rows.update(lifted_at=clock.now()):
        _note(suppression, by=by, verb="lift", reason=suppression.reason, note=note)


def _note(suppression: Suppression, *, by: User, verb: str, **details: object) -> None:
    AuditEntry.objects.create(
        actor=by, verb=verb, subject_kind="suppression", subject_id=suppression.pk, details=details
    )
