"""What a mail server's refusal asks for (RFC 5321, RFC 3463; decision 0013)."""

import re
from datetime import timedelta

from channels.errors import ErrorClass, SendError

# Greylisting servers want a retry after some minutes; full mailboxes are not emptied sooner either.
RETRY_AFTER = timedelta(minutes=5)
# RFC 3463 status → what it asks for; PROVIDERS.md 4.1. The longest match counts.
STATUS = {
    "5.1": ErrorClass.RECIPIENT,
    "5.1.7": ErrorClass.ACCOUNT,  # bad sender's mailbox
    "5.1.8": ErrorClass.ACCOUNT,  # bad sender's domain
    "5.2": ErrorClass.RECIPIENT,
    "5.2.2": ErrorClass.NOT_SENT,  # mailbox full
    "5.2.3": ErrorClass.CONTENT,  # too long for this mailbox
    "5.3.4": ErrorClass.CONTENT,  # too big
    "5.4": ErrorClass.RECIPIENT,  # no route to that domain
    "5.6": ErrorClass.CONTENT,
    "5.7.8": ErrorClass.ACCOUNT,  # wrong password
    "5.7.25": ErrorClass.ACCOUNT,  # no reverse name
    "5.7.26": ErrorClass.ACCOUNT,  # neither SPF nor DKIM
    "5.7.509": ErrorClass.ACCOUNT,  # DMARC
}
# Otherwise the command that was refused tells whose fault it is.
BY_STAGE = {"connect": ErrorClass.ACCOUNT, "mail": ErrorClass.ACCOUNT, "rcpt": ErrorClass.RECIPIENT}
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")


def refusal(code: int, text: str, *, stage: str) -> SendError:
    """What a server's refusal at `stage` (connect, mail, rcpt, data) asks for; `text` is redacted already."""
    told = _STATUS.search(text)
    status = told.group(1) if told else ""
    error_class = _class(code, status, text, stage=stage)
    wait = RETRY_AFTER if error_class in {ErrorClass.NOT_SENT, ErrorClass.THROTTLED} else None
    return SendError(error_class, code=f"{code} {status}".strip(), detail=text, retry_after=wait)


def _class(code: int, status: str, text: str, *, stage: str) -> ErrorClass:
    if code < 500:
        # One mailbox that asks to wait must not slow down all others; the server itself may.
        return ErrorClass.NOT_SENT if stage in {"rcpt", "data"} and code != 421 else ErrorClass.THROTTLED
    if code in SIGN_IN_CODES or (stage == "rcpt" and "relay" in text.lower()):
        return ErrorClass.ACCOUNT
    known = [prefix for prefix in STATUS if f"{status}.".startswith(f"{prefix}.")]
    return STATUS[max(known, key=len)] if known else BY_STAGE.get(stage, ErrorClass.CONTENT)
