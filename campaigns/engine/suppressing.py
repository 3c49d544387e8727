"""Addresses that must not be messaged any more."""

from datetime import datetime

from campaigns.models import Address, Attempt, Message, Suppression
from channels import kinds
from channels.errors import ErrorClass
from channels.kinds import AddressKind


def suppress(
    *,
    kind: str,
    address_hash: str,
    channel: str,
    reason: Suppression.Reason,
    at: datetime,
    note: str = "",
) -> None:
    """Record that the address is not to be messaged on `channel` ('': on any), once, with the stronger reason."""
    suppression = Suppression(
        address_kind=kind,
        address_hash=address_hash,
        channel=channel,
        reason=reason,
        note=note[:1000],
        created_at=at,
    )
    Suppression.objects.bulk_create([suppression], ignore_conflicts=True)
    if reason != Suppression.Reason.UNSUBSCRIBE:
        # An unsubscribe lets transactional messages through; whatever else comes to be known does not.
        Suppression.objects.active().filter(
            address_kind=kind, address_hash=address_hash, channel=channel, reason=Suppression.Reason.UNSUBSCRIBE
        ).update(reason=reason, note=note[:1000])


def retire_address(attempt: Attempt, message: Message, error_class: str, at: datetime) -> None:
    """The vendor says that the address of `attempt` will never work, or wants nothing.

    A push token is kept as dead: it belongs to an installation of an app, not to the person.
    """
    kind = kinds.facts(message.channel).address_kind
    if kind == AddressKind.PUSH_TOKEN and attempt.address_id:
        Address.objects.filter(pk=attempt.address_id).update(is_live=False)
        return
    is_opt_out = error_class == ErrorClass.OPTED_OUT
    suppress(
        kind=kind,
        address_hash=attempt.address_hash,
        channel=message.channel,
        reason=Suppression.Reason.UNSUBSCRIBE if is_opt_out else Suppression.Reason.HARD_BOUNCE,
        at=at,
        note=attempt.error_detail,
    )
