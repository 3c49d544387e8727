"""A person asks for no more: by a STOP, a complaint, the unsubscribe page or its one click."""

from datetime import datetime

from django.db import transaction

from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger
from campaigns.engine.reasons import Reason
from campaigns.engine.stopping import end_locked, lock_enrolments, lock_messages
from campaigns.engine.suppressing import suppress
from campaigns.models import (
    Address,
    Attempt,
    Consent,
    ConsentChange,
    Contact,
    Message,
    Purpose,
    Suppression,
)
from campaigns.models.consent import ConsentSource, ConsentStatus
from campaigns.models.enrolments import Outcome
from channels import kinds
from channels.kinds import Channel

CHANNEL = "channel"
EVERYTHING = "everything"


@transaction.atomic
def opt_out(*, attempt_id: int, scope: str, source: str, at: datetime) -> None:
    """The person who got the attempt wants nothing more, on its channel or at all (`scope`).

    Withdraws the consent for marketing, suppresses the address, and ends the enrolment as suppressed on
    every channel, whatever the scope (DESIGN §3.4). `source` is a ConsentSource value, `at` product
    time. Asked twice, nothing more happens. Raises Attempt.DoesNotExist.
    """
    attempt = Attempt.objects.select_related("message").get(pk=attempt_id)
    ledger = Ledger(at)
    enrolments = lock_enrolments([attempt.message.enrolment_id])
    messages = lock_messages(enrolments)[attempt.message.enrolment_id]
    message = next(one for one in messages if one.pk == attempt.message_id)
    record_opt_out(ledger, message, messages, attempt=attempt, scope=scope, source=source)
    ledger.write()


def record_opt_out(
    ledger: Ledger,
    message: Message,
    messages: list[Message],
    *,
    attempt: Attempt,
    scope: str,
    source: str,
) -> None:
    """The same within a transaction that has locked the enrolment and its `messages`."""
    ledger.mark(message, "opted_out_at", Counter.OPTED_OUT)
    contact = message.enrolment.contact
    channels = list(Channel) if scope == EVERYTHING else [Channel(message.channel)]
    withdraw(contact, channels, source=source, at=ledger.now)
    _suppress_addresses(contact, message, attempt, scope=scope, source=source, at=ledger.now)
    end_locked(ledger, message.enrolment, messages, outcome=Outcome.SUPPRESSED, reason=Reason.OPTED_OUT)


def withdraw(contact: Contact, channels: list[Channel], *, source: str, at: datetime) -> None:
    """Withdraw the contact's consent to marketing on `channels`, also where none was ever given."""
    known = {
        consent.channel: consent
        for consent in Consent.objects.filter(contact=contact, purpose=Purpose.MARKETING, channel__in=channels)
        .order_by("id")
        .select_for_update()
    }
    for channel in channels:
        consent = known.get(channel)
        if consent and consent.status == ConsentStatus.WITHDRAWN:
            continue
        Consent.objects.update_or_create(
            contact=contact,
            channel=channel,
            purpose=Purpose.MARKETING,
            defaults={"status": ConsentStatus.WITHDRAWN, "changed_at": at},
        )
        ConsentChange.objects.create(
            contact=contact,
            channel=channel,
            purpose=Purpose.MARKETING,
            status=ConsentStatus.WITHDRAWN,
            source=source,
            changed_at=at,
        )


def _suppress_addresses(
    contact: Contact,
    message: Message,
    attempt: Attempt,
    *,
    scope: str,
    source: str,
    at: datetime,
) -> None:
    is_complaint = source == ConsentSource.COMPLAINT
    reason = Suppression.Reason.COMPLAINT if is_complaint else Suppression.Reason.UNSUBSCRIBE
    kind = kinds.facts(message.channel).address_kind
    suppress(
        kind=kind,
        address_hash=attempt.address_hash,
        channel=message.channel,
        reason=reason,
        at=at,
    )
    if scope == EVERYTHING:
        for address in Address.objects.filter(contact=contact).order_by("id"):
            suppress(
                kind=address.kind,
                address_hash=address.value_hash,
                channel="",
                reason=reason,
                at=at,
            )
