"""Outgoing connections: where they may go, and what a failure means for the message."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from channels.destinations import is_public
from channels.errors import ErrorClass, SendError
from channels.http_client import MAX_ANSWER
from channels.transport import Response, Transport, retry_after, status_error
from tests.channels.web import Answer, half, never, reset, text_answer, web_server

# A slow machine connects within half of it.
SOON = timedelta(seconds=3)


def failure(attempt: Callable[[], Coroutine[Any, Any, Any]]) -> SendError:
    """The error that `attempt` ends with."""
    with pytest.raises(SendError) as caught:
        asyncio.run(attempt())
    return caught.value


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "::127.0.0.1",
        "fec0::1", "2001::1", "5f00::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_on_the_internet_are_refused(ip: str) -> None:
    assert not is_public(ipaddress.ip_address(ip))


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_on_the_internet_are_allowed(ip: str) -> None:
    assert is_public(ipaddress.ip_address(ip))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
def test_no_way_of_writing_this_machine_reaches_it(host: str) -> None:
    async def attempt() -> None:
        async with web_server(text_answer()) as server, Transport() as transport:
            try:
                await transport.request("POST", f"http://{host}:{server.host.split(':')[1]}/", within=SOON)
            finally:
                assert server.requests == []

    assert failure(attempt).error_class in {ErrorClass.ACCOUNT, ErrorClass.NOT_SENT}


def test_a_private_host_is_reached_only_at_the_port_that_was_named() -> None:
    async def attempt() -> None:
        async with (
            web_server(text_answer()) as named,
            web_server(text_answer()) as other,
            Transport(private_hosts=[named.host]) as transport,
        ):
            assert (await transport.request("GET", named.url)).is_success
            await transport.request("GET", other.url)

    error = failure(attempt)
    assert (error.error_class, error.code) == (ErrorClass.ACCOUNT, "forbidden_address")


def test_a_named_private_host_is_reached_by_its_name_too() -> None:
    async def attempt() -> Response:
        async with web_server(text_answer("hello")) as server:
            by_name = server.host.replace("127.0.0.1", "localhost")
            async with Transport(private_hosts=[by_name]) as transport:
                return await transport.request("GET", f"http://{by_name}/")

    assert asyncio.run(attempt()).body == b"hello"


def test_a_redirect_is_not_followed_and_never_success() -> None:
    """An auth proxy's 302 taken for success (Notifuse#320)."""

    async def attempt() -> Response:
        redirect = text_answer(status=302, headers={"Location": "/sign-in"})
        async with web_server(redirect) as server, Transport(private_hosts=[server.host]) as transport:
            answer = await transport.request("POST", server.url, body=b"{}")
            assert len(server.requests) == 1
            return answer

    answer = asyncio.run(attempt())
    error = status_error(answer)
    assert not answer.is_success
    assert error is not None
    assert error.error_class is ErrorClass.ACCOUNT


def test_a_refused_connection_and_an_unknown_name_surely_sent_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"

        async def refused() -> None:
            async with Transport(private_hosts=[host]) as transport:
                await transport.request("POST", f"http://{host}/")

        async def nameless() -> None:
            async with Transport() as transport:
                await transport.request("POST", "http://no-such-host.invalid/")

        assert failure(refused).error_class is ErrorClass.NOT_SENT
        assert failure(nameless).error_class is ErrorClass.NOT_SENT


def test_a_server_that_cannot_speak_tls_surely_got_nothing() -> None:
    async def attempt() -> None:
        async with web_server(text_answer()) as server, Transport(private_hosts=[server.host]) as transport:
            await transport.request("POST", f"https://{server.host}/")

    assert failure(attempt).error_class is ErrorClass.NOT_SENT


@pytest.mark.parametrize("answer", [never, reset, half, text_answer("x" * (MAX_ANSWER + 1))])
def test_what_goes_wrong_after_the_request_was_written_is_unknown(answer: Answer) -> None:
    async def attempt() -> None:
        async with web_server(answer) as server, Transport(private_hosts=[server.host]) as transport:
            await transport.request("POST", server.url, body=b"{}", within=SOON)

    assert failure(attempt).error_class is ErrorClass.UNKNOWN


def test_a_connection_that_is_never_taken_up_surely_sent_nothing() -> None:
    async def attempt() -> None:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            host = f"127.0.0.1:{deaf.getsockname()[1]}"
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(deaf.getsockname())
            try:
                async with Transport(private_hosts=[host]) as transport:
                    await transport.request("POST", f"http://{host}/", within=SOON)
            finally:
                for filler in fillers:
                    filler.close()

    error = failure(attempt)
    assert (error.error_class, error.code) == (ErrorClass.NOT_SENT, "connect_timeout")


def test_connections_are_used_again() -> None:
    async def attempt() -> int:
        async with web_server(text_answer()) as server, Transport(private_hosts=[server.host]) as transport:
            for _ in range(5):
                await transport.request("POST", server.url, body=b"{}")
            ports = {
                request.transport.get_extra_info("peername")[1] for request, _ in server.requests if request.transport
            }
            return len(ports)

    assert asyncio.run(attempt()) == 1


def test_no_secret_appears_in_an_error() -> None:
    async def attempt() -> None:
        async with Transport(secrets=["s3cret/key"]) as transport:
            await transport.request(
                "POST", "http://user:pass@no-such-host.invalid:bad/?key=s3cret%2Fkey&again=s3cret/key"
            )

    error = failure(attempt)
    assert error.error_class is ErrorClass.ACCOUNT
    assert "s3cret" not in str(error)
    assert "pass" not in str(error)


@pytest.mark.parametrize(
    "url", ["", "ftp://example.com/", "//example.com", "http://", "http://[::1", "file:///etc/passwd"]
)
def test_what_is_no_web_address_holds_the_account(url: str) -> None:
    async def attempt() -> None:
        async with Transport() as transport:
            await transport.request("POST", url)

    assert failure(attempt).error_class is ErrorClass.ACCOUNT


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, None),
        (202, {}, None),
        (301, {}, ErrorClass.ACCOUNT),  # the address is wrong
        (302, {}, ErrorClass.ACCOUNT),  # or a sign-in page stands in front
        (400, {}, ErrorClass.CONTENT),
        (401, {}, ErrorClass.ACCOUNT),
        (402, {}, ErrorClass.ACCOUNT),
        (403, {}, ErrorClass.ACCOUNT),
        (404, {}, ErrorClass.ACCOUNT),
        (408, {}, ErrorClass.UNKNOWN),
        (409, {}, ErrorClass.UNKNOWN),  # a repeated key whose first request is still under way
        (422, {}, ErrorClass.CONTENT),
        (429, {}, ErrorClass.THROTTLED),
        (500, {}, ErrorClass.UNKNOWN),
        (502, {}, ErrorClass.UNKNOWN),
        (503, {}, ErrorClass.UNKNOWN),
        (503, {"Retry-After": "7"}, ErrorClass.THROTTLED),
        (504, {}, ErrorClass.UNKNOWN),
    ],
)
def test_each_status_asks_for_one_thing(status: int, headers: dict[str, str], expected: ErrorClass | None) -> None:
    error = status_error(Response(status, headers, b"why"))
    assert (error and error.error_class) == expected


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)
    assert retry_after({"Retry-After": "120"}) == timedelta(minutes=2)
    by_date = retry_after({"Retry-After": in_a_minute})
    assert by_date is not None
    assert timedelta(seconds=57) < by_date <= timedelta(minutes=1)
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == timedelta()
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({"Retry-After": "99999999"}) == timedelta(days=1)
    assert retry_after({}) is None


def test_a_plain_connection_is_opened_under_the_same_rules() -> None:
    async def attempt() -> bytes:
        async with web_server(text_answer("over a socket")) as server:
            host, port = server.host.split(":")
            with await Transport(private_hosts=[server.host]).open_connection(host, int(port)) as connection:
                reader, writer = await asyncio.open_connection(sock=connection)
                writer.write(b"GET / HTTP/1.0\r\n\r\n")
                answer = await reader.read()
                writer.close()
                return answer

    async def forbidden() -> None:
        await Transport().open_connection("localhost", 25)

    assert b"over a socket" in asyncio.run(attempt())
    assert failure(forbidden).code == "forbidden_address"
