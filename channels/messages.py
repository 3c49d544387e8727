"""What goes into a provider and what comes out of it at once."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from channels.errors import ErrorClass
from channels.kinds import Channel


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button below a message that leads to `url`."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One message for one address, personalised and ready to go.

    `key` is the idempotency key and our reference: unguessable, unique for ever, the same when the
    same attempt is repeated. `validity` is how long the vendor may go on trying.
    """

    key: str
    channel: Channel
    sender: str
    address: str
    text: str
    subject: str = ""
    html: str = ""
    image_url: str = ""
    buttons: tuple[Button, ...] = ()
    unsubscribe_url: str = ""
    language: str = ""
    validity: timedelta | None = None
    is_transactional: bool = False
    sender_settings: dict[str, str] = field(default_factory=dict)


class ReceiptStatus(StrEnum):
    """The vendor's immediate answer, or the want of one."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The vendor's immediate answer to one OutboundMessage, found again by `key`.

    `price` is what the vendor says it cost, in `currency`; None where it does not say.
    """

    key: str
    status: ReceiptStatus
    vendor_message_id: str = ""
    error_class: ErrorClass | None = None
    code: str = ""
    detail: str = ""
    retry_after: timedelta | None = None
    price: Decimal | None = None
    currency: str = ""
