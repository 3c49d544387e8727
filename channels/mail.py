"""A message as an e-mail: addresses checked, headers that cannot be broken into, text beside HTML."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, localtime, parseaddr

from channels.errors import ErrorClass, SendError
from channels.messages import OutboundMessage

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]")
_NOT_IN_URL = re.compile(r"[\s<>]")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A composed mail: the envelope's addresses (domains in ASCII) and the bytes that follow DATA.

    `needs_utf8` tells that a local part is not ASCII, which only servers with SMTPUTF8 take.
    """

    sender: str
    recipient: str
    needs_utf8: bool
    content: bytes


def compose(message: OutboundMessage) -> Mail:
    """`message` as a mail. Raises SendError: RECIPIENT or ACCOUNT for an address that cannot be one."""
    recipient = read_address(message.address, ErrorClass.RECIPIENT)
    sender = read_address(message.sender, ErrorClass.ACCOUNT)
    needs_utf8 = not (recipient.addr_spec.isascii() and sender.addr_spec.isascii())
    mail = EmailMessage(policy=SMTPUTF8 if needs_utf8 else SMTP)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(localtime())
    # The key stands in it, so that a bounce or an answer can be matched with its message.
    mail["Message-ID"] = f"<{_NOT_IN_ID.sub('-', message.key)}@{sender.domain}>"
    _add_reply_to(mail, message)
    _add_unsubscribe(mail, message)
    _add_content(mail, message)
    return Mail(sender=sender.addr_spec, recipient=recipient.addr_spec, needs_utf8=needs_utf8, content=mail.as_bytes())


def read_address(written: str, error_class: ErrorClass) -> Address:
    """The address in "Name <local@domain>" or "local@domain". Raises SendError of `error_class`."""
    name, spec = parseaddr(written)
    local, _at, domain = spec.rpartition("@")
    wrong = SendError(error_class, code="bad_address", detail=f"{written!r} is not an e-mail address")
    if _has_control(written) or not local or "." not in domain.strip("."):
        raise wrong
    try:
        return Address(display_name=name, username=local, domain=domain.encode("idna").decode())
    except (ValueError, IndexError) as error:
        raise wrong from error


def one_line(text: str) -> str:
    """`text` as a header's value: no line break that would begin another header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _has_control(text: str) -> bool:
    return any(not sign.isprintable() for sign in text)


def _add_reply_to(mail: EmailMessage, message: OutboundMessage) -> None:
    answers_to = message.sender_settings.get("reply_to", "")
    if answers_to:
        mail["Reply-To"] = read_address(answers_to, ErrorClass.ACCOUNT)


def _add_unsubscribe(mail: EmailMessage, message: OutboundMessage) -> None:
    """RFC 2369 and RFC 8058: mail programs show a button that posts to the address."""
    if message.unsubscribe_url and not _NOT_IN_URL.search(message.unsubscribe_url):
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_content(mail: EmailMessage, message: OutboundMessage) -> None:
    buttons = "".join(f"\n\n{button.label}: {button.url}" for button in message.buttons)
    mail.set_content(message.text + buttons)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
