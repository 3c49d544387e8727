"""What comes back of test messages: vendors' events, clicks, unsubscribing. None of it reaches a campaign."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Max, Q

from campaigns.engine.matching import Told, addressed_hashes, reference_of
from campaigns.engine.suppressing import suppress
from campaigns.models import Attempt, Suppression, TestMessage
from campaigns.models.testing import TestStatus
from channels import kinds
from channels.events import Event, EventType
from channels.storable import LONGEST_CODE, storable, vendor_id

_SAYS: dict[EventType, TestStatus] = {
    EventType.ACCEPTED: TestStatus.ACCEPTED,
    EventType.SENT: TestStatus.ACCEPTED,
    EventType.DELIVERED: TestStatus.DELIVERED,
    EventType.UNSUBSCRIBED: TestStatus.DELIVERED,
    EventType.COMPLAINED: TestStatus.DELIVERED,
    EventType.OPENED: TestStatus.OPENED,
    EventType.CLICKED: TestStatus.OPENED,
    EventType.REPLIED: TestStatus.OPENED,
    EventType.ANSWERED: TestStatus.OPENED,
    EventType.BOUNCED: TestStatus.FAILED,
    EventType.FAILED: TestStatus.FAILED,
    EventType.EXPIRED: TestStatus.FAILED,
}
# What a status may follow: it only moves forward.
_UNANSWERED = {TestStatus.SENDING, TestStatus.UNKNOWN}
_FOLLOWS: dict[TestStatus, Collection[str]] = {
    TestStatus.ACCEPTED: _UNANSWERED,
    TestStatus.DELIVERED: _UNANSWERED | {TestStatus.ACCEPTED},
    TestStatus.OPENED: _UNANSWERED | {TestStatus.ACCEPTED, TestStatus.DELIVERED},
    TestStatus.FAILED: _UNANSWERED | {TestStatus.ACCEPTED},
}
_STOPS = {
    EventType.UNSUBSCRIBED: Suppression.Reason.UNSUBSCRIBE,
    EventType.COMPLAINED: Suppression.Reason.COMPLAINT,
}


def hear(told: Sequence[Told], *, now: datetime) -> list[Told]:
    """Write down those events of `told` that are about test messages; gives all others. Inside a transaction.

    A reply that names no message is about the test where the account sent nothing to the address after it. One query
    where none is about a test, and few however many are.
    """
    known = _find(told)
    named = {number: message for number, one in enumerate(told) if (message := _named(one, known))}
    addressed = {number: message for number, one in enumerate(told) if (message := _addressed(one, known))}
    overtaken = _overtaken(addressed.values())
    about = named | {number: message for number, message in addressed.items() if message.pk not in overtaken}
    changed = {message.pk: message for number, message in about.items() if _note(told[number].event, message, now)}
    TestMessage.objects.bulk_update(changed.values(), ["status", "error_class", "code", "detail"])
    return [one for number, one in enumerate(told) if number not in about]


def _find(told: Sequence[Told]) -> list[TestMessage]:
    """The test messages that any of `told` may be about, the latest first, locked."""
    references = {reference for one in told if (reference := reference_of(one.event))}
    vendor_ids = {vendor_id(one.event.vendor_message_id) for one in told if one.event.vendor_message_id}
    hashes = {known for one in told for known in addressed_hashes(one)}
    wanted = [
        Q(**{f"{field}__any": values})
        for field, values in (("key", references), ("vendor_message_id", vendor_ids), ("address_hash", hashes))
        if values
    ]
    if not wanted:
        return []
    sent = TestMessage.objects.filter(reduce(or_, wanted), sent_at__isnull=False)
    return list(sent.select_related("sender").select_for_update(of=["self"]).order_by("-id"))


def _named(one: Told, known: Sequence[TestMessage]) -> TestMessage | None:
    """The message that `one` names by our reference, or by its vendor's id."""
    reference, known_id = reference_of(one.event), vendor_id(one.event.vendor_message_id)
    for message in known:
        is_same_account = message.sender.account_id == one.account.pk
        if reference == message.key or (is_same_account and known_id and known_id == message.vendor_message_id):
            return message
    return None


def _addressed(one: Told, known: Sequence[TestMessage]) -> TestMessage | None:
    """The latest message to the address that `one` names, where it names no message."""
    hashes = addressed_hashes(one) if known else ()
    to_address = (message for message in known if message.address_hash in hashes)
    return next((message for message in to_address if message.sender.account_id == one.account.pk), None)


def _overtaken(messages: Collection[TestMessage]) -> set[int]:
    """Those of `messages` after which their account sent anything of a campaign to the same address."""
    if not messages:
        return set()
    sent = Attempt.objects.filter(
        account_id__any={message.sender.account_id for message in messages},
        live_hash__any={message.address_hash for message in messages},
        sending_at__gt=min(message.sent_at for message in messages if message.sent_at),
    )
    rows = sent.values_list("account_id", "live_hash").annotate(last=Max("sending_at"))
    last = {(account_id, known_hash): at for account_id, known_hash, at in rows}
    return {
        message.pk
        for message in messages
        if (at := last.get((message.sender.account_id, message.address_hash)))
        and message.sent_at
        and at > message.sent_at
    }


def _note(event: Event, message: TestMessage, now: datetime) -> bool:
    """Do what `event` says of `message`; whether its row is to be saved."""
    if event.type in _STOPS:
        _stop(message, message.channel, _STOPS[event.type], now)
    status = _SAYS.get(event.type)
    if status is TestStatus.OPENED and event.is_machine:
        status = TestStatus.DELIVERED
    if status is None or message.status not in _FOLLOWS[status]:
        return False
    message.status = status
    if status is TestStatus.FAILED:
        message.error_class = event.error_class or ""
        message.code = storable(event.code)[:LONGEST_CODE]
        # Of somebody who was deleted the vendor's words, which may tell the address, are not kept.
        message.detail = storable(event.detail) if message.address else ""
    return True


def target_of(token: str, position: int) -> str:
    """Where a tracked link of a test message leads; '' where there is no such link. Nothing is counted."""
    targets = TestMessage.objects.filter(token=token).values_list("targets", flat=True).first() or {}
    target: str = targets.get(str(position), "")
    return target


def unsubscribing(pk: int) -> TestMessage | None:
    """The test message whose link to unsubscribe names `pk`."""
    return TestMessage.objects.filter(pk=pk).first()


@transaction.atomic
def opt_out_of(message: TestMessage, *, is_everything: bool, at: datetime) -> None:
    """Whoever got `message` wants no more at its address, on its channel or on all that use the address.

    A test person is no contact: there is no consent to withdraw, and nothing to end.
    """
    _stop(message, "" if is_everything else message.channel, Suppression.Reason.UNSUBSCRIBE, at)


def _stop(message: TestMessage, channel: str, reason: Suppression.Reason, at: datetime) -> None:
    kind = kinds.facts(message.channel).address_kind
    suppress(kind=kind, address_hash=message.address_hash, channel=channel, reason=reason, at=at, note="test message")
