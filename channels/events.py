"""The normalised vocabulary of what happens to a message, whoever reports it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.errors import ErrorClass


class EventType(models.TextChoices):
    """One word for each thing that can happen to a message."""

    # The vendor took it.
    ACCEPTED = "accepted", _("Accepted")
    # The vendor handed it to the network.
    SENT = "sent", _("Sent")
    # It reached the device, the mailbox or the app.
    DELIVERED = "delivered", _("Delivered")
    # Its text was shown to the person.
    OPENED = "opened", _("Opened")
    # A link or a button in it was followed.
    CLICKED = "clicked", _("Clicked")
    # The person wrote back.
    REPLIED = "replied", _("Replied")
    # A person picked up the phone.
    ANSWERED = "answered", _("Answered")
    # The address refused it after acceptance, for good.
    BOUNCED = "bounced", _("Bounced")
    # It could not be delivered.
    FAILED = "failed", _("Failed")
    # The vendor gave up when its validity period ended.
    EXPIRED = "expired", _("Expired")
    # The person reported it as spam.
    COMPLAINED = "complained", _("Complained")
    # The person asked for no more.
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    # What the campaign is for has happened (bought, booked, paid).
    GOAL = "goal", _("Goal")
    # A word of the vendor that we do not know. Kept, changes nothing.
    UNKNOWN = "unknown", _("Unknown")


class RejectReason(models.TextChoices):
    """Why a message bounced or failed, as far as the vendor says."""

    INVALID = "invalid", _("No such address")
    BOUNCED = "bounced", _("Refused by the address")
    BLOCKED = "blocked", _("Blocked by the person")
    SPAM = "spam", _("Taken for spam")
    EXPIRED = "expired", _("Not delivered in time")
    CONTENT = "content", _("Content refused")
    OTHER = "other", _("Another reason")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that a vendor reports, in our words.

    It names its message by `reference` (our idempotency key, which is better: it is known before the
    receipt) or by `vendor_message_id`; a reply or an opt-out that names neither gives the person's
    `address`. `occurred_at` is the vendor's own time, aware, or None where it tells none.
    """

    type: EventType
    occurred_at: datetime | None = None
    vendor_event_id: str = ""
    vendor_message_id: str = ""
    reference: str = ""
    address: str = ""
    text: str = ""
    url: str = ""
    reject_reason: RejectReason | None = None
    error_class: ErrorClass | None = None
    code: str = ""
    detail: str = ""
    is_machine: bool = False
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def dedupe_key(self) -> str:
        """Equal for the same event told twice: the vendor's id, else a hash of type, time and value."""
        if self.vendor_event_id:
            return self.vendor_event_id[:64]
        told = (self.type, self.occurred_at, self.url, self.text, self.code)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
