"""A real SMTP server under way in the test's own event loop."""

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.provider import AccountSettings
from channels.providers.smtp import SmtpProvider


@dataclass
class Postbox:
    """The handler: what the server says at each stage, and the mails it took.

    `data_answer` None breaks the connection after the mail was read, "" never answers.
    """

    rcpt_answer: str = "250 OK"
    mail_answer: str = "250 OK"
    data_answer: str | None = "250 2.0.0 queued as 4711"
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    silence: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_MAIL(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM."""
        self.sessions.add(id(session))
        if self.mail_answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.mail_answer

    async def handle_RCPT(  # noqa: N802  the same
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """RCPT TO."""
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  the same
        """The end of the mail."""
        if self.data_answer is None:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        if not self.data_answer:
            await self.silence.wait()
        if self.data_answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.mails.append(message_from_bytes(content, policy=policy.default))
            self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        return self.data_answer or "250 late"


@contextlib.asynccontextmanager
async def smtp_server(
    postbox: Postbox,
    *,
    password: str = "",
    tls: ssl.SSLContext | None = None,
    is_implicit: bool = False,
    knows_utf8: bool = True,
) -> AsyncIterator[str]:
    """Run a server and give its "127.0.0.1:port"; with `password` it asks to sign in as "shop"."""

    def is_right(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: LoginPassword) -> AuthResult:
        return AuthResult(success=told.password == password.encode(), handled=False)

    def speak() -> SMTP:
        with warnings.catch_warnings():
            # It advises against asking for a password without TLS, which is what some tests are about.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(
                postbox,
                enable_SMTPUTF8=knows_utf8,
                tls_context=None if is_implicit else tls,
                auth_required=bool(password),
                auth_require_tls=False,
                authenticator=is_right if password else None,
                hostname="mail.test",
            )

    server = await asyncio.get_running_loop().create_server(speak, "127.0.0.1", 0, ssl=tls if is_implicit else None)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        postbox.silence.set()
        server.close()
        await asyncio.sleep(0.05)


def smtp_provider(host: str, *, name: str = "127.0.0.1", **settings: Any) -> SmtpProvider:
    """A provider that speaks to the server at `host` under `name`."""
    port = host.split(":")[1]
    told = {"host": name, "port": port, "security": "none"} | settings
    return SmtpProvider(
        AccountSettings(
            account_id=1,
            settings=told,
            webhook_url="https://cascade.example/hooks/abc/",
            private_hosts=frozenset({f"{name}:{port}"}),
        )
    )
