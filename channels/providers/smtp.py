"""E-mail over SMTP (RFC 5321): any mail server, several messages over one connection.

A server tells only that it took the mail; opens come from our pixel and clicks from our links.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPTimeoutError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.errors import ErrorClass, SendError
from channels.kinds import Channel
from channels.mail import Mail, compose
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.provider import AccountSettings, Capabilities, FieldKind, Provider, SettingsField
from channels.smtp_codes import refusal

MAX_CONNECTIONS = 20
LOST = "connection_lost"


class SmtpProvider(Provider):
    """Hands mails to one server."""

    key = "smtp"
    label = _("Mail server (SMTP)")
    channels: ClassVar = {
        Channel.EMAIL: Capabilities(reports=frozenset(), has_images=True, has_buttons=True, has_pixel=True)
    }
    settings_fields = (
        SettingsField(name="host", label=_("Server"), help_text=_("For example smtp.example.com")),
        SettingsField(name="port", label=_("Port"), kind=FieldKind.NUMBER, default=587),
        SettingsField(
            name="security",
            label=_("Encryption"),
            kind=FieldKind.CHOICE,
            choices=(
                ("starttls", _("STARTTLS (usually port 587)")),
                ("tls", _("TLS (usually port 465)")),
                ("none", _("None")),
            ),
            default="starttls",
        ),
        SettingsField(name="user", label=_("User name"), is_required=False),
        SettingsField(name="password", label=_("Password"), kind=FieldKind.SECRET, is_required=False),
        SettingsField(
            name="connections",
            label=_("Connections at once"),
            kind=FieldKind.NUMBER,
            default=4,
            is_required=False,
            help_text=_("Ask your provider how many it allows."),
        ),
    )
    # Servers say 421 to a connection that was idle for long, which would look like a request to slow down.
    kept_for = timedelta(seconds=20)
    sender_fields = (SettingsField(name="reply_to", label=_("Answers go to"), is_required=False),)

    def __init__(self, account: AccountSettings) -> None:
        super().__init__(account)
        self.in_flight = min(max(int(account.settings.get("connections") or 4), 1), MAX_CONNECTIONS)
        # Open connections, and when each was used last (monotonic seconds).
        self._idle: list[tuple[SMTP, float]] = []

    @classmethod
    def validate_settings(cls, settings: Mapping[str, Any]) -> dict[str, str | Promise]:
        """The usual checks; and no password over a connection that anybody can read."""
        found = super().validate_settings(settings)
        if settings.get("security") == "none" and settings.get("user"):
            found.setdefault("security", _("The password would travel readable. Choose STARTTLS or TLS."))
        if str(settings.get("port", "")).isdecimal() and not 0 < int(settings["port"]) < 65_536:
            found.setdefault("port", _("A port is a number from 1 to 65535."))
        return found

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand over one mail. Raises SendError."""
        mail = compose(message)
        answer = await self._deliver_again(mail) or await self._deliver(await self._connect(), mail)
        return Receipt(
            key=message.key,
            status=ReceiptStatus.ACCEPTED,
            vendor_message_id=message.key,
            detail=self.transport.redacted(answer),
        )

    async def greet(self) -> str:
        """Connect, sign in, and give what the server says. Raises SendError."""
        connection = await self._connect()
        try:
            return self.transport.redacted((await connection.noop()).message)
        except SMTPException as error:
            raise self._judged(error, stage="connect") from error
        finally:
            connection.close()

    async def close(self) -> None:
        """Say goodbye on every connection."""
        while self._idle:
            with suppress(SMTPException):
                await self._idle.pop()[0].quit()
        await super().close()

    async def _deliver_again(self, mail: Mail) -> str:
        """Use a connection that is open already; "" when there is none or the server has closed it meanwhile."""
        connection, used_at = self._idle.pop() if self._idle else (None, 0.0)
        if connection is None:
            return ""
        if time.monotonic() - used_at > self.kept_for.total_seconds():
            connection.close()
            return ""
        try:
            return await self._deliver(connection, mail)
        except SendError as error:
            if error.code != LOST:
                raise
            return ""

    async def _deliver(self, connection: SMTP, mail: Mail) -> str:
        stage = "mail"
        try:
            options = await self._options(connection, mail)
            await connection.mail(mail.sender, options=options, encoding="utf-8")
            stage = "rcpt"
            await connection.rcpt(mail.recipient, encoding="utf-8")
            stage = "data"
            answer = await connection.data(mail.content)
        except SMTPException as error:
            await self._reset(connection)
            raise self._judged(error, stage=stage) from error
        except SendError:
            self._keep(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return answer.message

    def _keep(self, connection: SMTP) -> None:
        self._idle.append((connection, time.monotonic()))

    async def _options(self, connection: SMTP, mail: Mail) -> list[str]:
        if not mail.needs_utf8:
            return []
        if connection.is_ehlo_or_helo_needed:
            await connection.ehlo()
        if connection.supports_extension("smtputf8"):
            return ["SMTPUTF8"]
        raise SendError(ErrorClass.RECIPIENT, code="no_smtputf8", detail="The server takes only ASCII addresses")

    async def _reset(self, connection: SMTP) -> None:
        """Make a connection ready for the next mail after a refusal; a broken one is closed."""
        try:
            await connection.rset()
        except SMTPException:
            connection.close()
        else:
            self._keep(connection)

    async def _connect(self) -> SMTP:
        told = self.account.settings
        host, port, security = str(told["host"]).strip(), int(told["port"]), told.get("security", "starttls")
        plug = await self.transport.open_connection(host, port)
        connection = SMTP(
            hostname=host,
            sock=plug,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            username=str(told["user"]) if told.get("user") else None,
            password=str(told.get("password", "")),
            timeout=self.request_timeout.total_seconds() / 2,
            local_hostname=urlsplit(self.account.webhook_url).hostname or "localhost",
        )
        try:
            await connection.connect()
        except (SMTPException, OSError) as error:
            connection.close()
            plug.close()
            raise self._judged(error, stage="connect") from error
        return connection

    def _judged(self, error: Exception, *, stage: str) -> SendError:
        """Only what happens after DATA has begun leaves it open whether the server took the mail."""
        text = self.transport.redacted(str(getattr(error, "message", error)))
        if isinstance(error, SMTPResponseException):
            return refusal(error.code, text, stage=stage)
        if isinstance(error, SMTPTimeoutError | OSError):
            return SendError(ErrorClass.UNKNOWN if stage == "data" else ErrorClass.NOT_SENT, code=LOST, detail=text)
        # The server offers no STARTTLS, or no way to sign in that we know.
        return SendError(ErrorClass.ACCOUNT, code="not_supported", detail=text)
