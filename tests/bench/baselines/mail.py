"""A mail backend that posts each mail to the sink, so that django-post_office meets the vendor of everybody else."""

from collections.abc import Sequence
from http.client import HTTPConnection

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from tests.bench.baselines.asking import connect, tell
from tests.bench.sink import KEY_HEADER


class SinkBackend(BaseEmailBackend):
    """One connection for as long as it is open, as the backend for SMTP has it; the key is a header of the mail."""

    _connection: HTTPConnection | None = None

    def open(self) -> bool:
        """Connect, unless that was done."""
        is_new = self._connection is None
        self._connection = self._connection or connect()
        return is_new

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Post them one after another; gives how many they were."""
        self.open()
        assert self._connection
        for message in email_messages:
            key = message.extra_headers[KEY_HEADER]
            tell(self._connection, to=message.to[0], text=str(message.body), key=key)
        return len(email_messages)
