"""What comes back of test messages: vendors' events, clicks, unsubscribing. None of it reaches a campaign."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from campaigns.engine.matching import Told, addressed_hashes, reference_of
from campaigns.engine.suppressing import suppress
from campaigns.models import Attempt, Suppression, TestMessage
from campaigns.models.testing import TestStatus
from channels import kinds
from channels.events import EventType
from channels.storable import storable, vendor_id

_REACHED = {
    EventType.DELIVERED,
    EventType.OPENED,
    EventType.CLICKED,
    EventType.REPLIED,
    EventType.ANSWERED,
    EventType.UNSUBSCRIBED,
    EventType.COMPLAINED,
}
_TAKEN = {EventType.ACCEPTED, EventType.SENT}
_LOST = {EventType.BOUNCED, EventType.FAILED, EventType.EXPIRED}
_STOPS = {
    EventType.UNSUBSCRIBED: Suppression.Reason.UNSUBSCRIBE,
    EventType.COMPLAINED: Suppression.Reason.COMPLAINT,
}
# What may still become of a message, by what an event says of it.
_BEFORE_TAKEN = (TestStatus.SENDING, TestStatus.UNKNOWN)
_BEFORE_END = (*_BEFORE_TAKEN, TestStatus.ACCEPTED)


def hear(told: Sequence[Told], *, now: datetime) -> list[Told]:
    """Write down those events of `told` that are about test messages; gives all others. One query where none is.

    A reply that names no message is about the test where the account sent nothing to the address after it.
    """
    known = _find(told)
    others = []
    for one in told:
        message = _about(one, known) if known else None
        if message:
            _note(one, message, now)
        else:
            others.append(one)
    return others


def _find(told: Sequence[Told]) -> list[TestMessage]:
    """The test messages that any of `told` may be about, the latest first."""
    references = {reference for one in told if (reference := reference_of(one.event))}
    vendor_ids = {vendor_id(one.event.vendor_message_id) for one in told if one.event.vendor_message_id}
    hashes = {known for one in told for known in addressed_hashes(one)}
    wanted = [
        Q(**{f"{field}__in": values})
        for field, values in (("key", references), ("vendor_message_id", vendor_ids), ("address_hash", hashes))
        if values
    ]
    if not wanted:
        return []
    sent = TestMessage.objects.filter(reduce(or_, wanted), sent_at__isnull=False)
    return list(sent.select_related("sender").order_by("-id"))


def _about(one: Told, known: Sequence[TestMessage]) -> TestMessage | None:
    event = one.event
    reference, known_id, hashes = reference_of(event), vendor_id(event.vendor_message_id), addressed_hashes(one)
    for message in known:
        is_same_account = message.sender.account_id == one.account.pk
        if reference == message.key or (is_same_account and known_id and known_id == message.vendor_message_id):
            return message
        if is_same_account and message.address_hash in hashes:
            return None if _was_sent_since(message) else message
    return None


def _was_sent_since(message: TestMessage) -> bool:
    """Did the account send anything of a campaign to the same address after `message`?"""
    sent = Attempt.objects.filter(account_id=message.sender.account_id, live_hash=message.address_hash)
    return sent.filter(sending_at__gt=message.sent_at).exists()


def _note(one: Told, message: TestMessage, now: datetime) -> None:
    event = one.event
    row = TestMessage.objects.filter(pk=message.pk)
    if event.type in _REACHED:
        row.filter(status__in=_BEFORE_END).update(status=TestStatus.DELIVERED)
    elif event.type in _TAKEN:
        row.filter(status__in=_BEFORE_TAKEN).update(status=TestStatus.ACCEPTED)
    elif event.type in _LOST:
        row.filter(status__in=_BEFORE_END).update(
            status=TestStatus.FAILED,
            error_class=event.error_class or "",
            code=storable(event.code)[:60],
            detail=storable(event.detail),
        )
    if event.type in _STOPS:
        _stop(message, message.channel, _STOPS[event.type], now)


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
