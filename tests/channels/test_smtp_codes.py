"""What mail servers say, a row for each situation (decision 0013)."""

import pytest

from channels.errors import ErrorClass
from channels.smtp_codes import refusal


@pytest.mark.parametrize(
    ("code", "text", "stage", "expected"),
    [
        (421, "4.7.0 Try again later", "connect", ErrorClass.THROTTLED),
        (421, "4.7.28 Rate limit", "data", ErrorClass.THROTTLED),
        (450, "4.2.0 Greylisted", "rcpt", ErrorClass.NOT_SENT),
        (452, "4.2.2 Mailbox full", "rcpt", ErrorClass.NOT_SENT),
        (451, "4.3.0 Try again", "data", ErrorClass.NOT_SENT),
        (451, "4.3.0 Try again", "mail", ErrorClass.THROTTLED),
        (535, "5.7.8 Wrong password", "connect", ErrorClass.ACCOUNT),
        (530, "Authentication required", "mail", ErrorClass.ACCOUNT),
        (550, "5.1.1 No such user", "rcpt", ErrorClass.RECIPIENT),
        (550, "5.1.10 Null MX", "rcpt", ErrorClass.RECIPIENT),
        (550, "No such user", "rcpt", ErrorClass.RECIPIENT),
        (552, "5.2.2 Mailbox full", "rcpt", ErrorClass.NOT_SENT),
        (550, "5.7.1 Relaying denied", "rcpt", ErrorClass.ACCOUNT),
        (554, "5.7.1 Relay access denied", "rcpt", ErrorClass.ACCOUNT),
        (550, "5.7.1 Blocked by the recipient", "rcpt", ErrorClass.RECIPIENT),
        (550, "5.7.1 Looks like spam", "data", ErrorClass.CONTENT),
        (550, "5.7.26 Neither SPF nor DKIM", "data", ErrorClass.ACCOUNT),
        (550, "5.7.509 DMARC", "data", ErrorClass.ACCOUNT),
        (552, "5.3.4 Too big", "data", ErrorClass.CONTENT),
        (554, "Transaction failed", "data", ErrorClass.CONTENT),
        (553, "5.1.8 Sender domain does not exist", "mail", ErrorClass.ACCOUNT),
        (550, "Sender rejected", "mail", ErrorClass.ACCOUNT),
    ],
)
def test_each_refusal_asks_for_one_thing(code: int, text: str, stage: str, expected: ErrorClass) -> None:
    assert refusal(code, text, stage=stage).error_class is expected
