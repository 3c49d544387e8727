"""E-mail over a real SMTP conversation."""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.errors import ErrorClass
from channels.kinds import Channel
from channels.messages import Button, OutboundMessage, Receipt, ReceiptStatus
from channels.provider import Provider
from channels.providers.smtp import SmtpProvider
from tests.channels.certificates import certificate
from tests.channels.providers.contract import ProviderContract, Situation, collect
from tests.channels.smtp_server import Postbox, smtp_provider, smtp_server

SENDER = "Крамниця Ünï <news@shop.example>"


def mail(key: str = "key-1", **changes: Any) -> OutboundMessage:
    """A mail to Olena."""
    told: dict[str, Any] = {
        "key": key,
        "channel": Channel.EMAIL,
        "sender": SENDER,
        "address": "olena@example.com",
        "subject": "Осінь вже тут",
        "text": "Вітаємо, Олено!\n.\nRead on: https://cascade.example/c/abc",
        "html": '<p>Вітаємо, <b>Олено</b>!</p><img src="https://cascade.example/o/abc.gif">',
        "unsubscribe_url": "https://cascade.example/u/abc",
    }
    return OutboundMessage(**(told | changes))


def send(
    postbox: Postbox, *messages: OutboundMessage, server: dict[str, Any] | None = None, **settings: Any
) -> list[Receipt]:
    """Send through a server with that postbox."""

    async def attempt() -> list[Receipt]:
        async with smtp_server(postbox, **(server or {})) as host:
            provider = smtp_provider(host, **settings)
            provider.request_timeout = dt.timedelta(seconds=2)
            return await collect(provider, list(messages))

    return asyncio.run(attempt())


class TestContract(ProviderContract):
    channel = Channel.EMAIL
    address = "olena@example.com"
    sender = "Shop <news@shop.example>"

    @contextlib.asynccontextmanager
    async def vendor(self, situation: Situation) -> AsyncIterator[Provider]:
        postbox = {
            Situation.ACCEPTS: Postbox(),
            Situation.SERVER_ERROR: Postbox(data_answer=None),
            Situation.RESETS: Postbox(data_answer=None),
            Situation.NEVER_ANSWERS: Postbox(data_answer=""),
            Situation.THROTTLES: Postbox(mail_answer="421 4.7.0 Too many connections"),
            Situation.WRONG_CREDENTIALS: Postbox(),
        }[situation]
        is_wrong = situation is Situation.WRONG_CREDENTIALS
        async with smtp_server(postbox, password="another password" if is_wrong else "") as host:
            signing_in: dict[str, Any] = {"user": "shop", "password": self.secret} if is_wrong else {}
            yield smtp_provider(host, **signing_in)

    def closed_vendor(self) -> Provider:
        return smtp_provider("127.0.0.1:9", password=self.secret)


def test_the_mail_arrives_with_text_html_and_the_headers_of_bulk_mail() -> None:
    postbox = Postbox()
    (receipt,) = send(postbox, mail(sender_settings={"reply_to": "help@shop.example"}))
    (taken,) = postbox.mails
    assert receipt.status is ReceiptStatus.ACCEPTED
    assert receipt.vendor_message_id == "key-1"
    assert "4711" in receipt.detail
    assert postbox.envelopes == [("news@shop.example", ["olena@example.com"])]
    assert (taken["From"], taken["Subject"], taken["To"]) == (SENDER, "Осінь вже тут", "olena@example.com")
    assert taken["Message-ID"] == "<key-1@shop.example>"
    assert taken["Reply-To"] == "help@shop.example"
    assert taken["List-Unsubscribe"] == "<https://cascade.example/u/abc>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert dt.datetime.now(dt.UTC) - taken["Date"].datetime < dt.timedelta(minutes=1)
    text, html = taken.get_body(["plain"]), taken.get_body(["html"])
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Вітаємо, Олено!", ".", "Read on: https://cascade.example/c/abc"]
    assert "/o/abc.gif" in html.get_content()


def test_a_mail_without_html_is_plain_text_with_its_buttons() -> None:
    postbox = Postbox()
    send(postbox, mail(html="", buttons=(Button(label="Look inside", url="https://shop.example/a"),)))
    assert postbox.mails[0].get_content_type() == "text/plain"
    assert "Look inside: https://shop.example/a" in postbox.mails[0].get_content()


def test_several_mails_go_over_one_connection() -> None:
    postbox = Postbox()
    send(postbox, *(mail(f"key-{number}") for number in range(6)), connections=1)
    assert len(postbox.mails) == 6
    assert len(postbox.sessions) == 1


def test_a_refused_recipient_does_not_spoil_the_connection_for_the_next() -> None:
    """One rejected recipient makes the batch repeat to all others for ever (mautic#7226)."""
    postbox = Postbox()

    async def attempt() -> list[Receipt]:
        async with smtp_server(postbox) as host:
            provider = smtp_provider(host, connections=1)
            postbox.rcpt_answer = "550 5.1.1 No such user"
            refused = [receipt async for receipt in provider.send_many([mail("refused")])]
            postbox.rcpt_answer = "250 OK"
            return refused + await collect(provider, [mail("taken")])

    refused, taken = asyncio.run(attempt())
    assert (refused.error_class, refused.code) == (ErrorClass.RECIPIENT, "550 5.1.1")
    assert taken.status is ReceiptStatus.ACCEPTED
    assert len(postbox.sessions) == 1


def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    postbox = Postbox()

    async def attempt() -> list[Receipt]:
        async with smtp_server(postbox) as host:
            provider = smtp_provider(host, connections=1)
            first = [receipt async for receipt in provider.send_many([mail("first")])]
            for connection, _used_at in provider._idle:
                connection.close()
            return first + await collect(provider, [mail("second")])

    assert {receipt.status for receipt in asyncio.run(attempt())} == {ReceiptStatus.ACCEPTED}
    assert len(postbox.mails) == 2


def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    postbox = Postbox()

    async def attempt() -> list[Receipt]:
        async with smtp_server(postbox) as host:
            provider = smtp_provider(host, connections=1)
            provider.kept_for = dt.timedelta()
            return await collect(provider, [mail("first"), mail("second")])

    assert {receipt.status for receipt in asyncio.run(attempt())} == {ReceiptStatus.ACCEPTED}
    assert len(postbox.sessions) == 2


def test_a_connection_lost_before_the_mail_is_surely_not_sent() -> None:
    async def attempt() -> list[Receipt]:
        async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 mail.test\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        async with server:
            host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return await collect(smtp_provider(host), [mail()])

    (receipt,) = asyncio.run(attempt())
    assert receipt.error_class is ErrorClass.NOT_SENT


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"address": "nobody"}, ErrorClass.RECIPIENT),
        ({"address": "a@b.example\r\nRCPT TO:<victim@example.com>"}, ErrorClass.RECIPIENT),
        ({"address": "Olena\nBcc: victim@example.com <olena@example.com>"}, ErrorClass.RECIPIENT),
        ({"sender": "Shop"}, ErrorClass.ACCOUNT),
        ({"sender": "Shop\r\nBcc: victim@example.com <news@shop.example>"}, ErrorClass.ACCOUNT),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_before_anything_is_sent(
    changes: dict[str, Any], expected: ErrorClass
) -> None:
    postbox = Postbox()
    (receipt,) = send(postbox, mail(**changes))
    assert (receipt.error_class, receipt.code) == (expected, "bad_address")
    assert postbox.mails == []


def test_nothing_that_is_written_can_become_another_header() -> None:
    postbox = Postbox()
    send(
        postbox,
        mail(
            "key\r\nBcc: a@example.com",
            subject="Hi\r\nBcc: victim@example.com\n\nbody",
            unsubscribe_url="https://a>\r\nBcc: x",
        ),
    )
    (taken,) = postbox.mails
    assert taken["Bcc"] is None
    assert taken["Subject"] == "Hi Bcc: victim@example.com body"
    assert taken["List-Unsubscribe"] is None
    assert len(postbox.envelopes[0][1]) == 1


def test_names_outside_ascii_are_understood() -> None:
    postbox = Postbox()
    receipts = send(
        postbox, mail("domain", address="info@магазин.example"), mail("local", address="оленка@example.com")
    )
    assert {receipt.status for receipt in receipts} == {ReceiptStatus.ACCEPTED}
    recipients = {envelope[1][0] for envelope in postbox.envelopes}
    assert recipients == {"info@xn--80aairftm.example", "оленка@example.com"}


def test_a_server_that_knows_only_ascii_refuses_that_recipient_alone() -> None:
    postbox = Postbox()
    receipts = send(
        postbox,
        mail("local", address="оленка@example.com"),
        mail("plain"),
        server={"knows_utf8": False},
        connections=1,
    )
    by_key = {receipt.key: receipt for receipt in receipts}
    assert by_key["local"].error_class is ErrorClass.RECIPIENT
    assert by_key["plain"].status is ReceiptStatus.ACCEPTED


@pytest.mark.parametrize(("security", "is_implicit"), [("starttls", False), ("tls", True)])
def test_the_conversation_is_encrypted_and_signed_in(
    security: str, is_implicit: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    postbox = Postbox()
    (receipt,) = send(
        postbox,
        mail(),
        server={"tls": tls, "is_implicit": is_implicit, "password": "right"},
        name="localhost",
        security=security,
        user="shop",
        password="right",
    )
    assert receipt.status is ReceiptStatus.ACCEPTED, receipt
    assert len(postbox.mails) == 1


def test_a_certificate_that_nobody_vouches_for_ends_the_conversation(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate(tmp_path))
    postbox = Postbox()
    (receipt,) = send(postbox, mail(), server={"tls": tls}, name="localhost", security="starttls")
    assert receipt.error_class is ErrorClass.NOT_SENT
    assert postbox.mails == []


def test_a_server_without_encryption_gets_no_mail_where_encryption_was_asked_for() -> None:
    postbox = Postbox()
    (receipt,) = send(postbox, mail(), security="starttls")
    assert receipt.error_class is ErrorClass.ACCOUNT
    assert postbox.mails == []


def test_a_password_over_an_open_connection_is_refused_in_the_settings() -> None:
    told = {"host": "mail.example.com", "port": "25", "security": "none", "user": "shop", "password": "x"}
    assert set(SmtpProvider.validate_settings(told)) == {"security"}
    assert set(SmtpProvider.validate_settings(told | {"security": "tls", "port": "70000"})) == {"port"}
