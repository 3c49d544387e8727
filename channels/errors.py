"""What can go wrong with a vendor, in words that say what to do."""

from datetime import timedelta
from enum import StrEnum


class ErrorClass(StrEnum):
    """What an error asks of the sender; the engine looks at nothing else."""

    # Retry with backoff: the vendor surely does not have the message.
    NOT_SENT = "not_sent"  # connection refused, DNS, TLS
    THROTTLED = "throttled"  # 429, 503 with Retry-After, codes that the vendor lists
    # Never retry.
    RECIPIENT = "recipient"  # this address can never work here: next step
    OPTED_OUT = "opted_out"  # the vendor knows that this person wants nothing
    CONTENT = "content"  # the text, media or template is refused
    ACCOUNT = "account"  # credentials, balance, sender not allowed: hold the sender
    # The vendor may have it: never resend without the vendor's promise to recognise the key.
    UNKNOWN = "unknown"  # read timeout, reset after writing, any other 5xx


TEMPORARY = frozenset({ErrorClass.NOT_SENT, ErrorClass.THROTTLED})
# The vendor, or the way to it, is out of order: whoever has heard nothing else for a while tries with one message.
FAILING = TEMPORARY | {ErrorClass.UNKNOWN}
PERMANENT = frozenset({ErrorClass.RECIPIENT, ErrorClass.OPTED_OUT, ErrorClass.CONTENT, ErrorClass.ACCOUNT})


class SendError(Exception):
    """A send did not end with the vendor's own success.

    `error_class` says what to do, `code` and `detail` are the vendor's words (redacted), `retry_after`
    is what the vendor asked us to wait.
    """

    def __init__(
        self,
        error_class: ErrorClass,
        *,
        code: str = "",
        detail: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{error_class}: {code} {detail}".strip())
        self.error_class = error_class
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class InvalidWebhook(Exception):
    """The request is not proved to come from the vendor. It is answered 403 and not stored."""


class NotSupported(Exception):
    """The provider cannot do this, and says so rather than doing something else."""
